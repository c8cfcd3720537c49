#include "waf/regex/regex_budget.h"

#include <gtest/gtest.h>

#include <string>

#include "waf/regex/regex.h"

namespace waf {
namespace {

// Takes the cube of the text's length, within the limits of each place.
Regex cubic() {
  auto regex = Regex::compile("<[^\\w<>]*(?:[^<>\"'\\s]*:)?[^\\w<>]*[^>]*[^>]*onx");
  EXPECT_TRUE(regex);
  return *std::move(regex);
}

std::chrono::nanoseconds timeOf(const Regex& regex, const std::string& text, int times) {
  const auto start = threadCpuTime();
  for (int i = 0; i < times; ++i) regex.search(text, 0, nullptr);
  return threadCpuTime() - start;
}

TEST(RegexBudgetTest, BoundsManySearchesTogether) {
  const Regex regex = cubic();
  const std::string text = std::string(3000, '<') + "x";
  RegexBudget budget(std::chrono::milliseconds(100));
  {
    const RegexBudget::Scope scope(&budget);
    EXPECT_LT(timeOf(regex, text, 200), std::chrono::milliseconds(600));
    EXPECT_TRUE(budget.isSpent());
    EXPECT_EQ(regex.search("<onx", 0, nullptr), RegexStatus::LimitExceeded);
  }
  EXPECT_EQ(RegexBudget::current(), nullptr);
  EXPECT_EQ(regex.search("<onx", 0, nullptr), RegexStatus::Match);
}

TEST(RegexBudgetTest, ShortTextsCountToo) {
  auto regex = Regex::compile("^(?:a+)+[bc]");
  ASSERT_TRUE(regex);
  RegexBudget budget(std::chrono::milliseconds(50));
  const RegexBudget::Scope scope(&budget);
  timeOf(*regex, std::string(60, 'a'), 2000);
  EXPECT_TRUE(budget.isSpent());
}

TEST(RegexBudgetTest, OrdinarySearchesAreFree) {
  auto regex = Regex::compile("union\\s+select");
  ASSERT_TRUE(regex);
  const auto takesNothing = [&] {
    RegexBudget budget(std::chrono::milliseconds(1));
    const RegexBudget::Scope scope(&budget);
    timeOf(*regex, std::string(1 << 20, 'u'), 40);
    timeOf(*regex, "id=1", 20000);
    return !budget.isSpent();
  };
  bool free = false;  // at least once: interrupts are charged to the thread that they fall into
  for (int round = 0; round < 5 && !free; ++round) free = takesNothing();
  EXPECT_TRUE(free);
}

TEST(RegexBudgetTest, ScopesNest) {
  RegexBudget outer;
  RegexBudget inner;
  const RegexBudget::Scope scope(&outer);
  {
    const RegexBudget::Scope within(&inner);
    EXPECT_EQ(RegexBudget::current(), &inner);
  }
  EXPECT_EQ(RegexBudget::current(), &outer);
}

}  // namespace
}  // namespace waf
