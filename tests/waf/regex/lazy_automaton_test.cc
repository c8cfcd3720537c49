#include "waf/regex/lazy_automaton.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/waf/support/generated_patterns.h"
#include "waf/regex/regex.h"

namespace waf {
namespace {

LazyAutomaton automatonOf(const std::vector<std::string>& patterns) {
  PatternProgram program;
  for (const std::string& pattern : patterns) {
    EXPECT_TRUE(addPattern(pattern, false, &program).has_value()) << pattern;
  }
  return LazyAutomaton(std::move(program));
}

std::optional<bool> read(std::string_view pattern) {
  PatternProgram program;
  return addPattern(pattern, false, &program);
}

TEST(LazyAutomatonTest, ReportsThePatternsThatMatchSomewhere) {
  const LazyAutomaton automaton = automatonOf({"ab+c", "x|y", "^z"});
  EXPECT_EQ(automaton.scan("--abbbc--"), 0b001U);
  EXPECT_EQ(automaton.scan("a y z abc"), 0b011U);
  EXPECT_EQ(automaton.scan("a\nz"), 0b100U);
  EXPECT_EQ(automaton.scan(""), 0U);
}

TEST(LazyAutomatonTest, TellsWhatItUnderstandsExactlyFromWhatItWidens) {
  for (const char* pattern : {"a", "(?i)a(?:b|c)*", "[^a]{2,3}", "\\bx\\B", "a{", "(?-i:b)"}) {
    EXPECT_EQ(read(pattern), true) << pattern;
  }
  for (const char* pattern : {"a(?=b)", "(?<!x)y", "\\Aa", "b\\z", "a++", "(?>ab)"}) {
    EXPECT_EQ(read(pattern), false) << pattern;
  }
  for (const char* pattern : {"(a)\\1", "(?R)", "\\Qa\\E", "(?x)a b", "(?-s).", "a{,3}", "\\R",
                              "[[:alpha:]]", "(*FAIL)", "(?|a)", "\\Ka", "a{2000}"}) {
    EXPECT_EQ(read(pattern), std::nullopt) << pattern;
  }
}

TEST(LazyAutomatonTest, MayTellAllBytesApart) {
  std::string pattern = "(?!q)";
  std::string text;
  for (int byte = 0; byte < 256; ++byte) {
    constexpr char kDigits[] = "0123456789abcdef";
    pattern.append("\\x") += kDigits[byte >> 4];
    pattern += kDigits[byte & 15];
    text += static_cast<char>(byte);
  }
  const LazyAutomaton automaton = automatonOf({pattern});
  EXPECT_EQ(automaton.scan("hello"), 0U);
  EXPECT_EQ(automaton.scan("-" + text + "-"), 1U);
}

TEST(LazyAutomatonTest, APatternThatIsTooLargeLeavesNothingBehind) {
  PatternProgram program;
  ASSERT_TRUE(addPattern("ab", false, &program));
  const size_t instructions = program.instructions.size();
  EXPECT_FALSE(addPattern("(?:(?:[ab]{100}){100}){100}", false, &program));
  EXPECT_EQ(program.instructions.size(), instructions);
  ASSERT_TRUE(addPattern("cd", false, &program));
  EXPECT_EQ(LazyAutomaton(std::move(program)).scan("xcd"), 0b10U);
}

TEST(LazyAutomatonTest, GivesUpATextThatNeedsANewStateForEachByte) {
  // Which of the last 40 bytes were "a": two to the power of forty states.
  const LazyAutomaton automaton = automatonOf({"a[ab]{40}c", "never"});
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += random() % 2 == 0 ? 'a' : 'b';
  EXPECT_EQ(automaton.scan(text), 0b11U);
  EXPECT_LT(automaton.states(), 8000U);
  EXPECT_EQ(automaton.scan("nothing of the kind"), 0U);
}

TEST(LazyAutomatonTest, WhatAThreadKeepsIsBounded) {
  const LazyAutomaton automaton = automatonOf({"a[ab]{40}c"});
  std::mt19937 random(7);
  for (int scan = 0; scan < 400; ++scan) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += random() % 2 == 0 ? 'a' : 'b';
    text += "ac";
    const std::string match = text.substr(0, 100) + "a" + std::string(40, 'b') + "c";
    ASSERT_EQ(automaton.scan(match), 1U);
    automaton.scan(text);
    ASSERT_LT(automaton.states(), 30'000U);
  }
}

// Any number of them, some of which find all of their patterns or are given up on the way.
TEST(LazyAutomatonTest, SideBySideEachSaysWhatItSaysAlone) {
  std::mt19937 random(31);
  size_t found_some = 0;
  for (int round = 0; round < 300; ++round) {
    const size_t count = random() % (LazyAutomaton::kMaxTogether + 1);
    std::vector<std::unique_ptr<LazyAutomaton>> owned;
    std::vector<const LazyAutomaton*> automata;
    while (automata.size() < count) {
      PatternProgram program;
      for (auto patterns = 1 + random() % 3; patterns-- > 0;) {
        addPattern(random() % 8 == 0 ? "a[abc]{30}c" : test::generatedPattern(random), false,
                   &program);
      }
      if (program.starts.empty()) continue;
      owned.push_back(std::make_unique<LazyAutomaton>(std::move(program)));
      automata.push_back(owned.back().get());
    }
    for (int texts = 0; texts < 30; ++texts) {
      std::string text;
      const size_t pieces = texts % 10 == 0 ? 2000 : random() % 8;
      for (size_t i = 0; i < pieces; ++i) text += test::generatedText(random);
      std::vector<uint64_t> found(count, 99);
      LazyAutomaton::scanTogether(automata, text, found);
      for (size_t i = 0; i < count; ++i) {
        // A scan that is given up makes states for the next one, which may then get further.
        const uint64_t alone = automata[i]->scan(text);
        ASSERT_TRUE(found[i] == alone || (text.size() > 4000 && (found[i] & alone) == alone))
            << i << " of " << count << " in " << ::testing::PrintToString(text);
        found_some += alone != 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(found_some, 5'000U);
}

TEST(LazyAutomatonTest, OneThatIsGivenUpStopsNoOtherBesideIt) {
  const LazyAutomaton greedy = automatonOf({"a[ab]{40}c", "never"});
  const LazyAutomaton modest = automatonOf({"x$", "never"});
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += random() % 2 == 0 ? 'a' : 'b';
  text += 'x';
  uint64_t found[3] = {};
  const LazyAutomaton* const automata[] = {&modest, &greedy, &modest};
  LazyAutomaton::scanTogether(automata, text, found);
  EXPECT_EQ(found[0], 0b01U);
  EXPECT_EQ(found[1], 0b11U);
  EXPECT_EQ(found[2], 0b01U);
  EXPECT_LT(greedy.states(), 8000U);
}

// Bytes of the patterns, in any order; PCRE2 says what is right.
TEST(LazyAutomatonTest, NeverMissesWhatPcreFindsAndIsExactWhereItSaysSo) {
  const std::vector<std::string> patterns = {"ab?c*d+",
                                             "(?i)aB[^c]d",
                                             "^ab$",
                                             "^$",
                                             "a$",
                                             "\\bab\\b",
                                             "\\Bb\\B",
                                             "(?:a|bc){2,3}d",
                                             "(?:a*)*b",
                                             "[^\\n]{2}c",
                                             "a.b",
                                             "(?:^|c)a(?:$|b)",
                                             "\\w\\W\\w",
                                             "(?:a?){3}b$",
                                             "(a|b|)c",
                                             "a(?=b)c|ad",
                                             "(?<!a)b",
                                             "\\Aab",
                                             "cd\\z",
                                             "cd\\Z",
                                             "(?i:A)b(?-i:C)",
                                             "x*",
                                             "(?:ab|a)(?:c|bcd)",
                                             "a++b",
                                             "[a-c]\\s[\\x00-\\x20d]"};
  for (const std::string& pattern : patterns) {
    const auto exact = read(pattern);
    ASSERT_TRUE(exact) << pattern;
    const LazyAutomaton automaton = automatonOf({pattern});
    const auto regex = Regex::compile(pattern);
    ASSERT_TRUE(regex) << pattern;
    std::mt19937 random(11);
    for (int round = 0; round < 4000; ++round) {
      std::string text;
      const size_t length = random() % 9;
      for (size_t i = 0; i < length; ++i) text += "abcdABC\n x"[random() % 10];
      const bool matches = regex->search(text, 0, nullptr) == RegexStatus::Match;
      const bool found = automaton.scan(text) != 0;
      // PCRE2's "^" does not hold after a line feed that ends the text.
      const bool must_be_equal = *exact && !text.ends_with('\n');
      ASSERT_TRUE(found == matches || (found && !must_be_equal))
          << pattern << (found ? " reported in " : " missed in ") << ::testing::PrintToString(text);
    }
  }
}

}  // namespace
}  // namespace waf
