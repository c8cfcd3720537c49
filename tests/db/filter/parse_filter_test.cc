#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/filter/event_filter.h"

namespace db {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

const waf::WallTime kNow{std::chrono::hours(24 * 20000)};

EventFilter parsed(const std::string& text) {
  const auto filter = parseEventFilter(text, kNow);
  EXPECT_TRUE(filter) << text << ": " << filter.error().message;
  return filter ? *filter : EventFilter();
}

std::string fault(const std::string& text) {
  const auto filter = parseEventFilter(text, kNow);
  EXPECT_FALSE(filter) << text;
  return filter ? "" : filter.error().message;
}

TEST(ParseFilterTest, ReadsTheExampleOfTheDocumentation) {
  const EventFilter filter = parsed(
      "site:shop rule:942100 client:203.0.113.0/24 -path:/health since:24h \"union select\"");
  ASSERT_EQ(filter.terms.size(), 5u);
  EXPECT_EQ(filter.terms[0].values[0].text, "shop");
  EXPECT_EQ(filter.terms[1].values[0].low, 942100);
  EXPECT_EQ(filter.terms[2].values[0].network.toString(), "203.0.113.0/24");
  EXPECT_TRUE(filter.terms[3].negated);
  EXPECT_EQ(filter.since, kNow - std::chrono::hours(24));
  EXPECT_THAT(filter.terms[4].values[0].words, ElementsAre("union", "select"));
}

TEST(ParseFilterTest, AnEmptyFilterTakesEverything) {
  EXPECT_TRUE(parsed("").terms.empty());
  EXPECT_TRUE(parsed(" \t\n ").terms.empty());
}

TEST(ParseFilterTest, RangesIncludeTheirEnds) {
  const auto range = [](const std::string& text) {
    const EventValue value = parsed(text).terms.at(0).values.at(0);
    return std::pair(value.low, value.high);
  };
  EXPECT_EQ(range("status:4xx"), std::pair(int64_t{400}, int64_t{499}));
  EXPECT_EQ(range("status:400..404"), std::pair(int64_t{400}, int64_t{404}));
  EXPECT_EQ(range("status:>=500"), std::pair(int64_t{500}, INT64_MAX));
  EXPECT_EQ(range("score:>5"), std::pair(int64_t{6}, INT64_MAX));
  EXPECT_EQ(range("score:<5"), std::pair(int64_t{0}, int64_t{4}));
  EXPECT_EQ(range("rule:942*"), std::pair(int64_t{942000}, int64_t{942999}));
  EXPECT_EQ(range("severity:critical"), std::pair(int64_t{2}, int64_t{2}));
  EXPECT_EQ(range("severity:>=ERROR"), std::pair(int64_t{0}, int64_t{3}));
  EXPECT_EQ(range("severity:<error"), std::pair(int64_t{4}, int64_t{7}));
}

TEST(ParseFilterTest, QuotesHoldBlanksSignsAndStars) {
  const EventFilter filter = parsed(R"(site:"a \"b\" \\ c*",two "x:y" "-no" path:"/a,b c")");
  EXPECT_EQ(filter.terms[0].values[0].text, "a \"b\" \\ c*");
  EXPECT_FALSE(filter.terms[0].values[0].pattern);
  EXPECT_EQ(filter.terms[0].values[1].text, "two");
  EXPECT_THAT(filter.terms[1].values[0].words, ElementsAre("x", "y"));
  EXPECT_FALSE(filter.terms[2].negated);
  EXPECT_EQ(filter.terms[3].values[0].text, "/a,b c");
}

TEST(ParseFilterTest, WhatIsQuotedForAFilterMeansItself) {
  for (const std::string text : {"plain", "a b", "q\"uo\\te", "-x", "star*", "a,b", "x:y"}) {
    const EventFilter filter = parsed("site:" + quotedForFilter(text));
    ASSERT_EQ(filter.terms.size(), 1u) << text;
    EXPECT_EQ(filter.terms[0].values.at(0).text, text);
    EXPECT_FALSE(filter.terms[0].values[0].pattern);
  }
}

TEST(ParseFilterTest, TimesAreInstantsDaysOrSpans) {
  EXPECT_EQ(parsed("since:2024-10-01").since, waf::WallTime(std::chrono::hours(24 * 19997)));
  EXPECT_EQ(parsed("until:2024-10-01T12:00:00Z").until,
            waf::WallTime(std::chrono::hours(24 * 19997 + 12)));
  EXPECT_EQ(parsed("since:90s").since, kNow - std::chrono::seconds(90));
  EXPECT_EQ(parsed("since:2w").since, kNow - std::chrono::days(14));
  EXPECT_EQ(parsed("since:2h since:1h").since, kNow - std::chrono::hours(1));
}

TEST(ParseFilterTest, AFaultIsNamedWithItsPlaceAndItsMend) {
  EXPECT_THAT(fault("sit:shop"),
              StartsWith("at 1: there is no field \"sit\"; the fields are site"));
  EXPECT_THAT(fault("site:shop client:banana"), StartsWith("at 18: client: "));
  EXPECT_THAT(fault("a \"b"), StartsWith("at 3: the quote is not closed"));
  EXPECT_THAT(fault("site:"), StartsWith("at 6: a value is missing"));
  EXPECT_THAT(fault("site:a,"), StartsWith("at 8: a value is missing"));
  EXPECT_THAT(fault("site: a"), StartsWith("at 6: a value is missing"));
  EXPECT_THAT(fault("\"a\"b"), StartsWith("at 4: put a blank"));
  EXPECT_THAT(fault("rule:x"), StartsWith("at 6: rule: must be a number"));
  EXPECT_THAT(fault("status:9..1"), StartsWith("at 8: status: must be a number"));
  EXPECT_THAT(fault("decision:maybe"), StartsWith("at 10: decision: must be"));
  EXPECT_THAT(fault("since:yesterday"), StartsWith("at 7: since: must be a time"));
  EXPECT_THAT(fault("-since:1h"), StartsWith("at 1: since: takes one time"));
  EXPECT_THAT(fault("path:login"), StartsWith("at 6: path: must begin with /"));
  EXPECT_THAT(fault("\"'--\""), StartsWith("at 1: a text to look for needs a letter"));
  EXPECT_THAT(fault(std::string(5000, 'a')), StartsWith("at 4097: longer than"));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "a ";
  EXPECT_THAT(fault(many), StartsWith("at 129: more than 64 terms"));
}

TEST(MatchesPatternTest, AStarStandsForAnything) {
  EXPECT_TRUE(matchesPattern("/a/b.php", "*.php"));
  EXPECT_TRUE(matchesPattern("/a/b.php", "/a*"));
  EXPECT_TRUE(matchesPattern("/a/b.php", "/*/b*p"));
  EXPECT_TRUE(matchesPattern("", "*"));
  EXPECT_FALSE(matchesPattern("/a/b.php", "*.ph"));
  EXPECT_FALSE(matchesPattern("ab", "*abc*"));
  EXPECT_FALSE(matchesPattern("aa", "a*a*a"));
}

}  // namespace
}  // namespace db
