#include <gtest/gtest.h>

#include "tests/waf/body/recording_sink.h"

namespace waf {
namespace {

using Pairs = RecordingSink::Pairs;

Pairs leaves(std::string_view body) {
  RecordingSink sink;
  const BodyOutcome outcome = parseJson(body, {}, sink);
  EXPECT_FALSE(outcome.error) << body << ": " << outcome.message;
  return sink.arguments;
}

std::string errorOf(std::string_view body, BodyLimits limits = {}) {
  RecordingSink sink;
  const BodyOutcome outcome = parseJson(body, limits, sink);
  return outcome.error ? outcome.message : "";
}

TEST(JsonTest, NamesLeavesAsModSecurityDoes) {
  EXPECT_EQ(leaves(R"({"a":{"b":[1,{"c":"x"},[true]]},"":null})"),
            (Pairs{{"json.a.b.array_0", "1"},
                   {"json.a.b.array_1.c", "x"},
                   {"json.a.b.array_2.array_0", "true"},
                   {"json.empty-key", ""}}));
  EXPECT_EQ(leaves(R"([[1],-2.5e+3])"),
            (Pairs{{"json.array_0.array_0", "1"}, {"json.array_1", "-2.5e+3"}}));
  EXPECT_EQ(leaves(R"( "x" )"), (Pairs{{"json", "x"}}));
}

TEST(JsonTest, ReportsBothOfTwoEqualNames) {
  EXPECT_EQ(leaves(R"({"a":1,"a":2})"), (Pairs{{"json.a", "1"}, {"json.a", "2"}}));
}

TEST(JsonTest, DecodesEscapes) {
  EXPECT_EQ(leaves(R"(["\u003cscript\u003e\n\"","\ud83d\ude00","\ud83dx"])"),
            (Pairs{{"json.array_0", "<script>\n\""},
                   {"json.array_1", "\xf0\x9f\x98\x80"},
                   {"json.array_2",
                    "\xef\xbf\xbd"
                    "x"}}));
}

TEST(JsonTest, EmptyBodyAndEmptyContainersHaveNoLeaves) {
  EXPECT_TRUE(leaves("").empty());
  EXPECT_TRUE(leaves(" \n").empty());
  EXPECT_TRUE(leaves(R"({"a":{},"b":[]})").empty());
}

TEST(JsonTest, AByteOrderMarkIsSkipped) {
  EXPECT_EQ(leaves("\xef\xbb\xbf{\"a\":1}"), (Pairs{{"json.a", "1"}}));
  EXPECT_NE(errorOf("\xef\xbb\xbf\xef\xbb\xbf{}"), "");
}

TEST(JsonTest, ANameOfNoteOverAnEmptyContainerIsReported) {
  EXPECT_EQ(leaves(R"({"a' or 1=1":{},"b":[{"$ne":[]}],"c":{}})"),
            (Pairs{{"json.a' or 1=1", ""}, {"json.b.array_0.$ne", ""}}));
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (const char* body :
       {"{",      "[1,]",    "{\"a\":1,}", "{a:1}",    "{'a':1}",  "[01]",      "[1.]",
        "[NaN]",  "[1] [2]", "\"\\x41\"",  "\"a",      "[\"\n\"]", "{\"a\" 1}", "tru",
        "/*x*/1", "[1}",     "\xef\xbb{}", "\"\xff\"", "-",        "}"}) {
    EXPECT_NE(errorOf(body), "") << body;
  }
  EXPECT_NE(errorOf(std::string_view("[1,\0]", 5)), "");
}

TEST(JsonTest, HoldsTheDepthLimit) {
  BodyLimits limits;
  limits.json_depth = 3;
  EXPECT_EQ(errorOf("[[[1]]]", limits), "");
  EXPECT_NE(errorOf("[[[[1]]]]", limits).find("nested deeper"), std::string::npos);
}

TEST(JsonTest, HoldsTheArgumentLimitOfTheSink) {
  RecordingSink sink;
  sink.limit = 2;
  EXPECT_TRUE(parseJson("[1,2,3]", {}, sink).error);
  EXPECT_EQ(sink.arguments.size(), 2u);
}

TEST(JsonTest, SurvivesEveryTruncation) {
  const std::string body = R"({"a":[1,2.5e3,{"b":"\u0041\ud83d\ude00x"}],"c":true,"d":null})";
  for (size_t size = 1; size < body.size(); ++size) {
    EXPECT_NE(errorOf(std::string_view(body).substr(0, size)), "") << size;
  }
}

TEST(JsonTest, TenMegabytesOfOpeningBracketsEndAtTheDepthLimit) {
  EXPECT_NE(errorOf(std::string(10 << 20, '[')), "");
}

TEST(JsonTest, NamesOfUnreasonableLengthAreRefused) {
  const std::string key(70000, 'k');
  EXPECT_NE(errorOf("{\"" + key + "\":1}"), "");
}

}  // namespace
}  // namespace waf
