#include "waf/regex/regex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include <string>

#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

Regex compile(std::string_view pattern, const RegexOptions& options = {}) {
  auto regex = Regex::compile(pattern, options);
  EXPECT_TRUE(regex) << regex.error().message;
  return *std::move(regex);
}

bool matches(std::string_view pattern, std::string_view subject) {
  return compile(pattern).search(subject, 0, nullptr) == RegexStatus::Match;
}

TEST(RegexTest, ReportsTheOffsetOfAnError) {
  const auto regex = Regex::compile("a(b");
  ASSERT_FALSE(regex);
  EXPECT_EQ(regex.error().message, "missing closing parenthesis at offset 3");
}

TEST(RegexTest, LetsTheDotMatchALineFeed) { EXPECT_TRUE(matches("a.b", "a\nb")); }

TEST(RegexTest, MatchesAnchorsAtLineFeeds) {
  EXPECT_TRUE(matches("^b$", "a\nb\nc"));
  EXPECT_FALSE(matches("\\Ab", "a\nb"));
}

TEST(RegexTest, TakesBytesNotCharacters) {
  EXPECT_TRUE(matches("^..$", "\xc3\xa4"));
  EXPECT_TRUE(matches("\\xc3", "\xc3\xa4"));
  EXPECT_FALSE(matches("(?i)\\xc4", "\xe4"));
}

TEST(RegexTest, TakesNulBytesInPatternAndSubject) {
  EXPECT_TRUE(matches(std::string_view("a\0b", 3), std::string_view("xa\0b", 4)));
  EXPECT_TRUE(matches("\\x00b$", std::string_view("a\0b", 3)));
}

TEST(RegexTest, GivesOffsetsOfTheGroups) {
  RegexMatch match;
  EXPECT_EQ(compile("b(c)(x)?(d)").search("abcd", 0, &match), RegexStatus::Match);
  ASSERT_EQ(match.count, 4U);
  EXPECT_EQ(match.groups[0].offset, 1U);
  EXPECT_EQ(match.groups[0].length, 3U);
  EXPECT_EQ(match.groups[1].offset, 2U);
  EXPECT_EQ(match.groups[2].length, 0U);
  EXPECT_EQ(match.groups[3].offset, 3U);
}

TEST(RegexTest, WhatTakesAllTakesTheWholeText) {
  for (const std::string_view pattern : {"^.*$", "^.*", ".*"}) {
    for (const std::string_view subject : {"", "a", "a\n", "\n", "a\nb"}) {
      RegexMatch match;
      EXPECT_EQ(compile(pattern).search(subject, 0, &match), RegexStatus::Match);
      EXPECT_EQ(match.count, 1U);
      EXPECT_EQ(match.groups[0].offset, 0U);
      EXPECT_EQ(match.groups[0].length, subject.size()) << pattern << " " << subject;
      EXPECT_EQ(compile(pattern).search(subject, 0, nullptr), RegexStatus::Match);
    }
  }
  EXPECT_EQ(compile("^.*$").searchNotEmptyAt("", 0, nullptr), RegexStatus::NoMatch);
  RegexMatch rest;
  EXPECT_EQ(compile(".*").search("abc", 1, &rest), RegexStatus::Match);
  EXPECT_EQ(rest.groups[0].offset, 1U);
}

TEST(RegexTest, KeepsTheFirstTenGroups) {
  RegexMatch match;
  EXPECT_EQ(compile("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)").search("abcdefghijkl", 0, &match),
            RegexStatus::Match);
  EXPECT_EQ(match.count, 10U);
  EXPECT_EQ(match.groups[9].offset, 8U);
}

TEST(RegexTest, SearchesFromTheOffsetWithTheBytesBeforeInView) {
  RegexMatch match;
  EXPECT_EQ(compile("\\bb").search("ab b", 1, &match), RegexStatus::Match);
  EXPECT_EQ(match.groups[0].offset, 3U);
}

TEST(RegexTest, PassesOverAnEmptyMatchWhereAsked) {
  RegexMatch match;
  EXPECT_EQ(compile("[a-z]*").searchNotEmptyAt("0bc", 0, &match), RegexStatus::Match);
  EXPECT_EQ(match.groups[0].offset, 1U);
}

TEST(RegexTest, TakesAnEmptySubject) {
  EXPECT_TRUE(matches("^$", std::string_view()));
  EXPECT_FALSE(matches("a", std::string_view()));
}

TEST(RegexTest, StopsAtTheMatchLimit) {
  const Regex regex = compile("^(?:a+)+[bc]", {.match_limit = 1000, .recursion_limit = 1000});
  EXPECT_EQ(regex.search(std::string(40, 'a'), 0, nullptr), RegexStatus::LimitExceeded);
}

TEST(RegexTest, StopsAtTheLimitWhenTheJitsStackIsTooSmall) {
  const Regex regex = compile("^(?:(a)|b)*c");
  EXPECT_NE(regex.search(std::string(4'000'000, 'a'), 0, nullptr), RegexStatus::Match);
}

TEST(RegexTest, AnswersAgainAfterALimit) {
  const Regex regex = compile("(?:a+)+[bc]", {.match_limit = 1000, .recursion_limit = 1000});
  EXPECT_EQ(regex.search(std::string(40, 'a'), 0, nullptr), RegexStatus::LimitExceeded);
  EXPECT_EQ(regex.search("aab", 0, nullptr), RegexStatus::Match);
}

TEST(RegexTest, RefusesAHugePattern) { EXPECT_FALSE(Regex::compile(std::string(300'000, 'a'))); }

TEST(RegexTest, RefusesToLeaveBytesForCharacters) { EXPECT_FALSE(Regex::compile("(*UTF)a")); }

// Each place where a match may begin costs the square of what follows, and stays within the steps
// that PCRE2 counts for one place.
TEST(RegexTest, APatternThatTakesTheCubeOfTheTextEndsInTime) {
  const auto regex = Regex::compile("<[^\\w<>]*(?:[^<>\"'\\s]*:)?[^\\w<>]*[^>]*[^>]*onx");
  ASSERT_TRUE(regex.has_value());
  for (const size_t size : {3000u, 60000u}) {
    const auto start = threadCpuTime();
    const RegexStatus status = regex->search(std::string(size, '<') + "\x01", 0, nullptr);
    EXPECT_LT(threadCpuTime() - start, std::chrono::seconds(3)) << size;
    EXPECT_NE(status, RegexStatus::Match);
  }
}

TEST(RegexTest, ALongTextIsSearchedToItsEnd) {
  const auto regex = Regex::compile("(?<=x)(a)b\\b");
  ASSERT_TRUE(regex);
  for (const size_t before : {0u, 15u, 16u, 255u, 256u, 257u, 1000u, 5000u, 100000u}) {
    RegexMatch match;
    const std::string text = std::string(before, '.') + "ab xab";
    ASSERT_EQ(regex->search(text, 0, &match), RegexStatus::Match) << before;
    EXPECT_EQ(match.groups[0].offset, before + 4);
    EXPECT_EQ(match.groups[1].length, 1u);
    EXPECT_EQ(regex->search(text + "c" + std::string(300, '.'), 0, nullptr), RegexStatus::NoMatch);
  }
}

// The JIT gives up at the first places; the interpreter, many times slower, is not left to search
// the rest.
TEST(RegexTest, APlaceThatTheJitGivesUpDoesNotSlowTheRestOfALongText) {
  const auto regex = Regex::compile("(?:a+)+b|n{9}x");
  ASSERT_TRUE(regex);
  const std::string easy(300'000, 'n');
  const auto timeOf = [&](const std::string& text) {
    const auto start = threadCpuTime();
    EXPECT_EQ(regex->search(text, 0, nullptr), RegexStatus::NoMatch);
    return threadCpuTime() - start;
  };
  auto plain = timeOf(easy);
  auto hard = timeOf(std::string(13, 'a') + easy);
  for (int round = 0; round < 4; ++round) {
    plain = std::min(plain, timeOf(easy));
    hard = std::min(hard, timeOf(std::string(13, 'a') + easy));
  }
  EXPECT_LT(hard, plain * 3);
}

TEST(RegexTest, ASearchThatBeganEarlierKeepsItsPlaceInALongText) {
  const auto regex = Regex::compile("\\Ga");
  ASSERT_TRUE(regex);
  EXPECT_EQ(regex->search(std::string(1000, 'b') + "a", 0, nullptr), RegexStatus::NoMatch);
  EXPECT_EQ(regex->search(std::string(1000, 'b') + "a", 1000, nullptr), RegexStatus::Match);
}

TEST(RegexTest, AVerbThatSwitchesTheJitOffDoesNotSwitchTheLimitsOff) {
  EXPECT_TRUE(matches("(*NO_JIT)a+b", "xaab"));
  EXPECT_FALSE(matches("(*NO_JIT)a+b", "xaa"));
  const Regex regex = compile("(*NO_JIT)^(?:a+)+[bc]");
  const auto start = threadCpuTime();
  EXPECT_EQ(regex.search(std::string(60, 'a'), 0, nullptr), RegexStatus::LimitExceeded);
  const Regex slow = compile("(*NO_JIT)(?:a?){24}a{24}(?=b)");
  EXPECT_NE(slow.search(std::string(200, 'a'), 0, nullptr), RegexStatus::Match);
  EXPECT_LT(threadCpuTime() - start, std::chrono::milliseconds(1500));
}

TEST(RegexTest, AVerbCannotRaiseALimit) {
  const RegexOptions few{.match_limit = 1000, .recursion_limit = 1000};
  for (const char* verb : {"(*LIMIT_MATCH=4000000000)", "(*LIMIT_RECURSION=4000000000)",
                           "(*LIMIT_DEPTH=4000000000)", "(*LIMIT_HEAP=4000000000)"}) {
    const Regex regex = compile(verb + std::string("^(?:a+)+[bc]"), few);
    EXPECT_EQ(regex.search(std::string(40, 'a'), 0, nullptr), RegexStatus::LimitExceeded) << verb;
  }
}

TEST(RegexTest, ALimitOfTheRuleSetHasALimitItself) {
  for (const uint32_t limit : {0u, UINT32_MAX}) {
    const Regex regex =
        compile("^(?:a+)+[bc]", {.match_limit = limit, .recursion_limit = UINT32_MAX});
    const auto start = threadCpuTime();
    EXPECT_EQ(regex.search(std::string(100, 'a'), 0, nullptr), RegexStatus::LimitExceeded);
    EXPECT_LT(threadCpuTime() - start, std::chrono::seconds(1));
  }
}

// A failure behind (*COMMIT) ends the search, wherever the windows of a long text end; (*SKIP) goes
// on behind what it took.
TEST(RegexTest, VerbsThatLookBeyondAWindowAreSearchedWhole) {
  for (const size_t before : {1u, 14u, 15u, 16u, 17u, 300u, 5000u}) {
    const std::string text = std::string(before, '.') + "ab" + std::string(600, '.');
    EXPECT_EQ(compile("a(*COMMIT)c|b").search(text, 0, nullptr), RegexStatus::NoMatch) << before;
    EXPECT_EQ(compile("\\.+(*SKIP)(*FAIL)|[ab]").search(text, 0, nullptr), RegexStatus::Match);
    const std::string all = std::string(before, '.') + std::string(600, 'x');
    EXPECT_EQ(compile("[.x]+(*SKIP)(*FAIL)|x").search(all, 0, nullptr), RegexStatus::NoMatch);
  }
}

TEST(RegexTest, VerbsThatLookBeyondAWindowEndInTimeToo) {
  const Regex regex = compile("<[^\\w<>]*[^<>]*[^>]*[^>]*(*COMMIT)onx|y(*SKIP)z");
  const auto start = threadCpuTime();
  EXPECT_NE(regex.search(std::string(60000, '<') + "xz", 0, nullptr), RegexStatus::Match);
  EXPECT_LT(threadCpuTime() - start, std::chrono::seconds(2));
}

TEST(RegexTest, TheThreadsTimeIsAskedOnlyOfASlowSearch) {
  const Regex quick = compile("(?<=x)(a)b\\b");
  const std::string text = std::string(100000, '.') + "ab xab";
  const auto readsOf = [](const Regex& regex, const std::string& subject) {
    const size_t before = threadCpuTimeReads();
    regex.search(subject, 0, nullptr);
    return threadCpuTimeReads() - before;
  };
  // One that is interrupted looks slow, and asks.
  size_t least = SIZE_MAX;
  for (int i = 0; i < 20; ++i) least = std::min(least, readsOf(quick, text));
  EXPECT_EQ(least, 0u);
  const Regex slow = compile("<[^\\w<>]*(?:[^<>\"'\\s]*:)?[^\\w<>]*[^>]*[^>]*onx");
  EXPECT_GT(readsOf(slow, std::string(3000, '<') + "x"), 0u);
}

}  // namespace
}  // namespace waf
