#include <gtest/gtest.h>

#include "tests/waf/body/recording_sink.h"

namespace waf {
namespace {

using Pairs = RecordingSink::Pairs;

TEST(UrlEncodedTest, DecodesEachSideOnce) {
  RecordingSink sink;
  EXPECT_FALSE(parseUrlEncoded("a=1&b%20c=x+y%2541", {}, sink).error);
  EXPECT_EQ(sink.arguments, (Pairs{{"a", "1"}, {"b c", "x y%41"}}));
  EXPECT_EQ(sink.flag("URLENCODED_ERROR"), "");
}

TEST(UrlEncodedTest, KeepsBrokenEscapesAndFlagsThem) {
  RecordingSink sink;
  EXPECT_FALSE(parseUrlEncoded("a=%zz&b=%4&c=%", {}, sink).error);
  EXPECT_EQ(sink.arguments, (Pairs{{"a", "%zz"}, {"b", "%4"}, {"c", "%"}}));
  EXPECT_EQ(sink.flag("URLENCODED_ERROR"), "1");
}

TEST(UrlEncodedTest, NameWithoutEqualsHasAnEmptyValue) {
  RecordingSink sink;
  parseUrlEncoded("&a&=b&&c=d=e&", {}, sink);
  EXPECT_EQ(sink.arguments, (Pairs{{"", ""}, {"a", ""}, {"", "b"}, {"", ""}, {"c", "d=e"}}));
}

TEST(UrlEncodedTest, UsesTheConfiguredSeparator) {
  RecordingSink sink;
  BodyLimits limits;
  limits.argument_separator = ';';
  parseUrlEncoded("a=1;b=2&c", limits, sink);
  EXPECT_EQ(sink.arguments, (Pairs{{"a", "1"}, {"b", "2&c"}}));
}

TEST(UrlEncodedTest, StopsAtTheArgumentLimit) {
  RecordingSink sink;
  BodyLimits limits;
  limits.arguments = 2;
  EXPECT_TRUE(parseUrlEncoded("a&b&c", limits, sink).error);
  EXPECT_EQ(sink.arguments.size(), 2u);
}

TEST(UrlEncodedTest, KeepsNulBytes) {
  RecordingSink sink;
  parseUrlEncoded("a=x%00y", {}, sink);
  EXPECT_EQ(sink.arguments.at(0).second, std::string("x\0y", 3));
}

TEST(CookieTest, SplitsAndTrimsAndKeepsValuesAsSent) {
  RecordingSink sink;
  parseCookies(" a=1; b = \"x=y\" ;; c;d=%41", sink);
  EXPECT_EQ(sink.arguments, (Pairs{{"a", "1"}, {"b", " \"x=y\""}, {"c", ""}, {"d", "%41"}}));
}

}  // namespace
}  // namespace waf
