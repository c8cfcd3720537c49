// What the alphabet of a text alone rules out.
#include "waf/regex/match_alphabet.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/waf/support/generated_patterns.h"
#include "waf/regex/regex.h"

namespace waf {
namespace {

ByteSet lettersAndDigits() {
  return byteRange('a', 'z') | byteRange('A', 'Z') | byteRange('0', '9');
}

TEST(MatchAlphabetTest, APatternThatNeedsAnotherByteIsRuledOut) {
  const ByteSet plain = lettersAndDigits();
  for (const char* pattern : {"a=b", "^\\s+select", "x['\"`]", "(?:foo|bar)\\(", "[^a-zA-Z0-9]",
                              "a{2,3}-?;", "\\bon\\w+\\s*="}) {
    EXPECT_FALSE(mayMatchWithin(plain, pattern, false)) << pattern;
  }
  for (const char* pattern :
       {"select", "a=?b", "^$", "(?:foo\\(|bar)", "[^a-f]", "\\w+", "a|;", "x*", "\\bunion\\b"}) {
    EXPECT_TRUE(mayMatchWithin(plain, pattern, false)) << pattern;
  }
}

TEST(MatchAlphabetTest, CaseIsHeeded) {
  EXPECT_FALSE(mayMatchWithin(byteRange('a', 'z'), "SELECT", false));
  EXPECT_TRUE(mayMatchWithin(byteRange('a', 'z'), "SELECT", true));
  EXPECT_TRUE(mayMatchWithin(byteRange('a', 'z'), "(?i)SELECT", false));
}

TEST(MatchAlphabetTest, WhatIsNotUnderstoodIsNotRuledOut) {
  EXPECT_TRUE(mayMatchWithin(byteRange('a', 'z'), "(=)\\1", false));
}

// Whatever is ruled out is found in no text of the alphabet.
TEST(MatchAlphabetTest, NoTextOfTheAlphabetHasAMatchOfWhatIsRuledOut) {
  std::mt19937 random(20261127);
  const ByteSet plain = byteRange('a', 'c') | byteRange('0', '9');
  size_t ruled_out = 0;
  size_t searched = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::string pattern = test::generatedPattern(random);
    const auto regex = Regex::compile(pattern);
    if (!regex || mayMatchWithin(plain, pattern, false)) continue;
    ++ruled_out;
    for (int tries = 0; tries < 20; ++tries) {
      std::string text = test::generatedText(random);
      std::erase_if(text, [&](char c) { return !plain.test(static_cast<unsigned char>(c)); });
      RegexMatch match;
      ++searched;
      ASSERT_NE(regex->search(text, 0, &match), RegexStatus::Match)
          << ::testing::PrintToString(pattern) << " in " << text;
    }
  }
  EXPECT_GT(ruled_out, 3'000U);
  EXPECT_GT(searched, 60'000U);
}

}  // namespace
}  // namespace waf
