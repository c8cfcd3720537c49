#include <gtest/gtest.h>

#include "waf/seclang/actions.h"
#include "waf/seclang/targets.h"

namespace waf {
namespace {

TEST(ParseTargetsTest, ReadsSelectorsExclusionsAndCounts) {
  const auto targets =
      parseTargets("ARGS|!ARGS:id|&TX:/^a|b/|REQUEST_HEADERS:'X-A'|XML:/a[@b='|']");
  ASSERT_TRUE(targets);
  ASSERT_EQ(targets->size(), 5u);
  EXPECT_TRUE((*targets)[1].exclude);
  EXPECT_EQ((*targets)[1].selector.text, "id");
  EXPECT_TRUE((*targets)[2].count);
  EXPECT_EQ((*targets)[2].selector.kind, SelectorAst::Kind::Regex);
  EXPECT_EQ((*targets)[2].selector.text, "^a|b");
  EXPECT_EQ((*targets)[3].selector.text, "X-A");
  EXPECT_EQ((*targets)[4].selector.kind, SelectorAst::Kind::XPath);
  EXPECT_EQ((*targets)[4].selector.text, "/a[@b='|']");
}

TEST(ParseTargetsTest, NamesTheNearestVariable) {
  const auto targets = parseTargets("REQUEST_HEADER:Host");
  ASSERT_FALSE(targets);
  EXPECT_NE(targets.error().message.find("REQUEST_HEADERS"), std::string::npos);
}

TEST(ParseTargetsTest, RefusesAnEmptySelector) { EXPECT_FALSE(parseTargets("ARGS:")); }

TEST(ParseActionsTest, SplitsQuotedValuesAndKeepsTheirCommas) {
  const auto actions = parseActions("id:1, phase:2,msg:'a, b\\'s',t:none,pass");
  ASSERT_TRUE(actions);
  ASSERT_EQ(actions->size(), 5u);
  EXPECT_EQ((*actions)[2].name, "msg");
  EXPECT_EQ((*actions)[2].value, "a, b's");
}

TEST(ParseActionsTest, RefusesUnknownNamesMissingAndUnwantedValues) {
  EXPECT_FALSE(parseActions("id:1,denny"));
  EXPECT_FALSE(parseActions("id:"));
  EXPECT_FALSE(parseActions("id:1,pass:x"));
  EXPECT_FALSE(parseActions("msg:'a"));
}

}  // namespace
}  // namespace waf
