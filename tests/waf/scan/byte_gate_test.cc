#include "waf/scan/byte_gate.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/waf/support/generated_patterns.h"
#include "waf/regex/regex.h"

namespace waf {
namespace {

ByteGate gateOf(const std::vector<std::string>& patterns) {
  std::vector<NeededBytes> needs;
  for (const std::string& pattern : patterns) needs.push_back(neededBytes(pattern, false));
  return ByteGate(std::move(needs));
}

ByteMask bytesOf(std::string_view text) {
  ByteMask bytes;
  bytes.add(text);
  return bytes;
}

TEST(ByteGateTest, LetsThroughWhatHasAllThatOnePatternNeeds) {
  const ByteGate gate = gateOf({"<x>", "\\$\\(", "a;"});
  for (const char* text : {"x<y>", "($", "; a", "<>x plain"}) {
    EXPECT_TRUE(gate.mayMatch(std::string_view(text))) << text;
    EXPECT_TRUE(gate.mayMatch(bytesOf(text))) << text;
  }
  for (const char* text : {"", "ordinary text, 12 words", "<x", "$", "b;", "x>", "(a)"}) {
    EXPECT_FALSE(gate.mayMatch(std::string_view(text))) << text;
    EXPECT_FALSE(gate.mayMatch(bytesOf(text))) << text;
  }
}

TEST(ByteGateTest, IsOpenWhereAPatternNeedsNothing) {
  EXPECT_TRUE(gateOf({"<x>", "x*"}).isOpen());
  EXPECT_TRUE(gateOf({"<x>", "(a)\\1"}).isOpen());
  EXPECT_TRUE(ByteGate().mayMatch(std::string_view()));
}

TEST(ByteGateTest, IsOpenWhereOrdinaryTextHasWhatIsNeeded) {
  EXPECT_TRUE(gateOf({"[^;]"}).isOpen());
  EXPECT_TRUE(gateOf({"[a-z ]"}).isOpen());
  EXPECT_FALSE(gateOf({"[a-f]"}).isOpen());
}

// Of any number of patterns: what PCRE2 finds in a text, the gate lets through.
TEST(ByteGateTest, WhatPcreFindsPasses) {
  std::mt19937 random(23);
  size_t matched = 0;
  size_t closed = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::vector<std::string> patterns;
    std::vector<Regex> compiled;
    for (auto count = 1 + random() % 20; count-- > 0;) {
      // Two bytes of many, so that gates of many patterns are not all open.
      std::string pattern = test::generatedPattern(random);
      if (random() % 4 != 0) {
        pattern = std::string("[") + static_cast<char>('A' + random() % 26) +
                  static_cast<char>('!' + random() % 10) + "]" +
                  static_cast<char>('a' + random() % 26);
      }
      auto regex = Regex::compile(pattern);
      if (!regex) continue;
      patterns.push_back(pattern);
      compiled.push_back(*std::move(regex));
    }
    const ByteGate gate = gateOf(patterns);
    for (int tries = 0; tries < 20; ++tries) {
      std::string text = test::generatedText(random);
      for (auto more = random() % 4; more-- > 0;) text += static_cast<char>('!' + random() % 90);
      bool matches = false;
      for (const Regex& regex : compiled) {
        matches = matches || regex.search(text, 0, nullptr) == RegexStatus::Match;
      }
      const bool passes = gate.mayMatch(std::string_view(text));
      ASSERT_EQ(gate.mayMatch(bytesOf(text)), passes);
      ASSERT_TRUE(passes || !matches)
          << ::testing::PrintToString(patterns) << " in " << ::testing::PrintToString(text);
      matched += matches ? 1 : 0;
      closed += passes ? 0 : 1;
    }
  }
  EXPECT_GT(matched, 5'000U);
  EXPECT_GT(closed, 5'000U);
}

}  // namespace
}  // namespace waf
