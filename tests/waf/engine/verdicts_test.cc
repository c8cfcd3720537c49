// What is kept of a content must never change a decision.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/verdict_table.h"
#include "waf/engine/verdicts.h"

namespace waf {
namespace {

constexpr const char* kRules = R"(SecRuleEngine On
SecRule ARGS|ARGS_NAMES|REQUEST_HEADERS:X-A "@rx (?i)select\s+from" "id:1,phase:2,pass,log,t:urlDecodeUni"
SecRule ARGS|!ARGS:free "@rx ^ab+c$" "id:2,phase:2,pass,log,t:none,t:lowercase"
SecRule ARGS "@detectSQLi" "id:3,phase:2,pass,log,multiMatch,t:none,t:urlDecodeUni"
SecRule ARGS "!@rx ^[\w ']*$" "id:4,phase:2,pass,log"
SecRule ARGS "@validateByteRange 32-126" "id:5,phase:2,pass,log,t:none,t:urlDecodeUni"
SecRule ARGS "@pm evil bad" "id:6,phase:2,pass,log,chain"
SecRule ARGS "@contains twice" "t:none"
SecRule ARGS "@rx ^$" "id:7,phase:2,pass,log"
)";

std::vector<std::string> matchesOf(const std::shared_ptr<const RuleSet>& rules,
                                   const std::string& uri) {
  TestRequest request;
  request.uri = uri;
  std::vector<std::string> out;
  for (const MatchedRule& rule : runRequest(rules, request).rules) {
    out.push_back(std::to_string(rule.id) + " " + rule.variable + " " + rule.value);
  }
  return out;
}

const std::vector<std::string> kUris{
    "/?a=hello",
    "/?a=select+from",
    "/?a=hello&b=select%20from&c=ABBC",
    "/?free=abc&b=hello",
    "/?b=abc&free=abc",
    "/?a=1'%20or%20'1'='1&b=hello",
    "/?a=%01&b=hello&c=",
    "/?a=evil&b=twice",
    "/?a=evil&b=once",
    "/?a=hello&a=hello&a=hello&b=%253Cx",
    "/?select%20from=1&a=select%2520from",
    "/?a=" + std::string(3000, 'x') + "&b=" + std::string(3000, 'y') + "select from",
};

TEST(VerdictsTest, TheSameRequestHasTheSameMatchesEachTimeAndThoseOfTheReference) {
  const auto rules = loadRules(kRules);
  const auto reference = RuleSet::loadText(kRules, "rules.conf", "", false).rule_set;
  ASSERT_NE(reference, nullptr);
  for (int round = 0; round < 3; ++round) {
    for (const std::string& uri : kUris) {
      EXPECT_EQ(matchesOf(rules, uri), matchesOf(reference, uri)) << uri << " round " << round;
    }
  }
}

TEST(VerdictsTest, NothingIsLookedForWhereTheCacheIsOff) {
  const auto rules = loadRules(kRules);
  const auto matches = matchesOf(rules, kUris[2]);
  const VerdictTable::Lookups before = VerdictTable::lookups();
  EXPECT_EQ(matchesOf(rules, kUris[2]), matches);
  const VerdictTable::Lookups with = VerdictTable::lookups();
  EXPECT_GT(with.found, before.found);
  EXPECT_GE(with.asked - before.asked, with.found - before.found);
  TestRequest request;
  request.uri = kUris[2];
  Policy policy;
  policy.verdict_cache = false;
  const auto without = runRequest(rules, request, policy);
  EXPECT_EQ(without.rules.size(), matches.size());
  EXPECT_EQ(VerdictTable::lookups().asked, with.asked);
}

TEST(VerdictsTest, WhatIsCleanForOneRuleSetIsNotForAnother) {
  const auto first = loadRules("SecRuleEngine On\nSecRule ARGS \"@rx one\" \"id:1,phase:2,pass\"");
  const auto second = loadRules("SecRuleEngine On\nSecRule ARGS \"@rx two\" \"id:1,phase:2,pass\"");
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(matchesOf(first, "/?a=two").empty());
    EXPECT_EQ(matchesOf(second, "/?a=two").size(), 1U);
  }
}

TEST(VerdictsTest, AContentIsLookedAtAnewWhereAnExclusionNoLongerHolds) {
  const auto rules = loadRules(R"(SecRuleEngine On
SecRule ARGS:off "@streq 1" "id:1,phase:1,pass,nolog,ctl:ruleRemoveTargetById=2;ARGS:a"
SecRule ARGS "@rx attack" "id:2,phase:2,pass,log"
)");
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(matchesOf(rules, "/?off=1&a=attack").empty());
    EXPECT_EQ(matchesOf(rules, "/?off=0&a=attack").size(), 1U);
  }
}

TEST(VerdictTableTest, GivesOnlyWhatIsTheSameByteForByteAndOfTheSameProgram) {
  VerdictTable& table = VerdictTable::ofThread();
  const uint64_t hash = 77;
  const uint64_t words[2] = {1, 6};
  table.store(1'000'001, hash, "text", words, 2, 1);
  uint64_t out[2] = {};
  EXPECT_TRUE(table.load(1'000'001, hash, "text", out, 2));
  EXPECT_EQ(out[0], 1U);
  EXPECT_EQ(out[1], 6U);
  EXPECT_FALSE(table.load(1'000'001, hash, "texT", out, 2));
  EXPECT_FALSE(table.load(1'000'002, hash, "text", out, 2));
}

TEST(VerdictTableTest, JoinsWhatTwoTransactionsLearnt) {
  VerdictTable& table = VerdictTable::ofThread();
  const uint64_t one[2] = {1, 6};
  const uint64_t other[2] = {2, 5};
  table.store(1'000'003, 78, "text", one, 2, 1);
  table.store(1'000'003, 78, "text", other, 2, 1);
  uint64_t out[2] = {};
  ASSERT_TRUE(table.load(1'000'003, 78, "text", out, 2));
  EXPECT_EQ(out[0], 3U);
  EXPECT_EQ(out[1], 4U);
}

TEST(VerdictTableTest, GivesUpTheOldestOfAFullSet) {
  VerdictTable& table = VerdictTable::ofThread();
  const uint64_t words[2] = {1, 1};
  uint64_t out[2] = {};
  for (int i = 0; i < 9; ++i) table.store(1'000'004, 79, std::to_string(i), words, 2, 1);
  EXPECT_FALSE(table.load(1'000'004, 79, "0", out, 2));
  EXPECT_TRUE(table.load(1'000'004, 79, "1", out, 2));
  EXPECT_TRUE(table.load(1'000'004, 79, "8", out, 2));
}

}  // namespace
}  // namespace waf
