#include "waf/regex/needed_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/waf/support/generated_patterns.h"
#include "waf/regex/regex.h"

namespace waf {
namespace {

ByteSet of(std::string_view bytes) {
  ByteSet set;
  for (const char c : bytes) set.set(static_cast<unsigned char>(c));
  return set;
}

TEST(NeededBytesTest, TheRarestComeFirst) {
  EXPECT_EQ(neededBytes("e;", false), NeededBytes({of(";"), of("e")}));
  EXPECT_EQ(neededBytes("(?i)x\\(", false), NeededBytes({of("("), of("xX")}));
  EXPECT_EQ(neededBytes("select.*from", false).size(), kMaxNeeds);
}

TEST(NeededBytesTest, OfAlternativesEachMustNeedSomething) {
  EXPECT_EQ(neededBytes("a;|\\|", false), NeededBytes({of(";|"), of("a|")}));
  EXPECT_EQ(neededBytes("a;|", false), NeededBytes());
  EXPECT_EQ(neededBytes("(?:;|<)?|<", false), NeededBytes());
}

TEST(NeededBytesTest, ALiteralNeedsItsBytes) {
  EXPECT_EQ(neededBytesOfLiteral("eX;", false), NeededBytes({of(";"), of("X"), of("e")}));
  EXPECT_EQ(neededBytesOfLiteral("eX;E", true), NeededBytes({of(";"), of("xX"), of("eE")}));
  EXPECT_EQ(neededBytesOfLiteral("", true), NeededBytes());
}

TEST(NeededBytesTest, WhatMayBeAbsentIsNotNeeded) {
  EXPECT_EQ(neededBytes(";*<?>{0,3}z", false), NeededBytes({of("z")}));
  EXPECT_EQ(neededBytes(";+", false), NeededBytes({of(";")}));
  EXPECT_EQ(neededBytes("(?:x;){2,}", false), NeededBytes({of(";"), of("x")}));
}

TEST(NeededBytesTest, NeitherAnchorsNorWhatStandsAroundIsNeeded) {
  for (const char* pattern : {"^", "$", "^$", "\\b", "(?=;)", "(?<=;)", "(?!;)", "x*", "", "."}) {
    EXPECT_EQ(neededBytes(pattern, false), NeededBytes()) << pattern;
  }
  EXPECT_EQ(neededBytes("z(?=;)", false), NeededBytes({of("z")}));
}

TEST(NeededBytesTest, APatternThatIsNotUnderstoodNeedsNothing) {
  for (const char* pattern : {"(;)\\1", "(?x); # ;", "\\Q;\\E", "(?R);", "[[:punct:]]"}) {
    EXPECT_EQ(neededBytes(pattern, false), NeededBytes()) << pattern;
  }
}

// Whatever PCRE2 finds holds a byte of each set.
TEST(NeededBytesTest, WhatPcreMatchesHasThemAll) {
  std::mt19937 random(17);
  size_t matched = 0;
  size_t needing = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::string pattern = test::generatedPattern(random);
    const auto regex = Regex::compile(pattern);
    if (!regex) continue;
    const NeededBytes needs = neededBytes(pattern, false);
    needing += needs.empty() ? 0 : 1;
    for (int tries = 0; tries < 20; ++tries) {
      const std::string text = test::generatedText(random);
      RegexMatch match;
      if (regex->search(text, 0, &match) != RegexStatus::Match) continue;
      ++matched;
      const std::string found = text.substr(match.groups[0].offset, match.groups[0].length);
      for (const ByteSet& set : needs) {
        ASSERT_TRUE((of(found) & set).any())
            << ::testing::PrintToString(pattern) << " in " << ::testing::PrintToString(text);
      }
    }
  }
  EXPECT_GT(matched, 100'000U);
  EXPECT_GT(needing, 5'000U);
}

}  // namespace
}  // namespace waf
