// The evaluator goes from rule to rule that may match; what it passes over must not show.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"

namespace waf {
namespace {

std::vector<std::string> matchesOf(const std::shared_ptr<const RuleSet>& rules,
                                   const TestRequest& request, const Policy& policy = {}) {
  std::vector<std::string> out;
  const TestOutcome outcome = runRequest(rules, request, policy);
  for (const MatchedRule& rule : outcome.rules) {
    out.push_back(std::to_string(rule.id) + " " + rule.variable + " " + rule.value + " " +
                  rule.message);
  }
  return out;
}

std::vector<std::string> ids(const std::string& rules, const std::string& uri = "/") {
  TestRequest request;
  request.uri = uri;
  std::vector<std::string> out;
  for (const MatchedRule& rule : runRequest(loadRules("SecRuleEngine On\n" + rules), request).rules)
    out.push_back(std::to_string(rule.id));
  return out;
}

using Ids = std::vector<std::string>;

TEST(PhasePlanTest, AGateJumpsWhenItsNumberHoldsAndOnlyThen) {
  const std::string gates =
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.level=2,setvar:tx.limit=3\"\n"
      "SecRule TX:level \"@lt 2\" \"id:2,phase:1,pass,nolog,skipAfter:END\"\n"
      "SecAction \"id:3,phase:1,pass,log\"\n"
      "SecRule TX:level \"!@ge %{tx.limit}\" \"id:4,phase:1,pass,nolog,skipAfter:END\"\n"
      "SecAction \"id:5,phase:1,pass,log\"\n"
      "SecMarker END\n"
      "SecAction \"id:6,phase:1,pass,log\"\n";
  EXPECT_EQ(ids(gates), (Ids{"3", "6"}));
}

TEST(PhasePlanTest, AVariableThatIsNotThereIsNeitherLessNorNotLess) {
  EXPECT_EQ(ids("SecRule TX:none \"@eq 0\" \"id:1,phase:1,pass,log\"\n"
                "SecRule TX:none \"!@eq 0\" \"id:2,phase:1,pass,log\"\n"
                "SecRule &TX:none \"@eq 0\" \"id:3,phase:1,pass,log,setvar:tx.none=\"\n"
                "SecRule TX:none \"@eq 0\" \"id:4,phase:1,pass,log\"\n"
                "SecRule &TX:none \"!@eq 0\" \"id:5,phase:1,pass,log\"\n"
                "SecRule TX:none \"@le %{tx.other}\" \"id:6,phase:1,pass,log\"\n"),
            (Ids{"3", "4", "5", "6"}));
}

TEST(PhasePlanTest, NumbersAreReadAsTheOperatorReadsThem) {
  EXPECT_EQ(
      ids("SecAction \"id:1,phase:1,pass,nolog,setvar:'tx.a= 12x',setvar:tx.b=-3,setvar:tx.c=x\"\n"
          "SecRule TX:a \"@eq 12\" \"id:2,phase:1,pass,log\"\n"
          "SecRule TX:b \"@lt -2\" \"id:3,phase:1,pass,log\"\n"
          "SecRule TX:c \"@eq 0\" \"id:4,phase:1,pass,log\"\n"
          "SecRule TX:a \"@gt 99999999999999999999\" \"id:5,phase:1,pass,log\"\n"),
      (Ids{"2", "3", "4"}));
}

TEST(PhasePlanTest, CountsOfCollectionsAreCompared) {
  EXPECT_EQ(ids("SecRule &ARGS \"@gt 1\" \"id:1,phase:1,pass,log\"\n"
                "SecRule &ARGS:a \"@eq 2\" \"id:2,phase:1,pass,log\"\n"
                "SecRule &ARGS|!ARGS:a \"@eq 3\" \"id:3,phase:1,pass,log\"\n"
                "SecRule &REQUEST_HEADERS:Host \"!@eq 1\" \"id:4,phase:1,pass,log\"\n",
                "/?a=1&a=2&b=3"),
            (Ids{"1", "2", "3"}));
}

TEST(PhasePlanTest, WhatMatchedLastIsTheGatesAfterAGate) {
  const auto rules = loadRules(
      "SecRuleEngine On\n"
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.level=1\"\n"
      "SecRule ARGS \"@streq x\" \"id:2,phase:1,pass,nolog\"\n"
      "SecRule TX:level \"@lt 2\" \"id:3,phase:1,pass,nolog\"\n"
      "SecRule MATCHED_VARS_NAMES \"@rx .\" \"id:4,phase:1,pass,log,msg:'%{MATCHED_VAR_NAME}'\"\n"
      "SecRule &TX:level \"@eq 1\" \"id:5,phase:1,pass,nolog\"\n"
      "SecRule MATCHED_VARS \"@streq 1\" \"id:6,phase:1,pass,log\"\n"
      "SecRule TX:level \"@eq 1\" \"id:7,phase:1,pass,nolog\"\n"
      "SecRule ARGS \"@streq nothing\" \"id:8,phase:1,pass,nolog\"\n"
      "SecRule MATCHED_VARS \"@rx .\" \"id:9,phase:1,pass,log\"\n"
      "SecAction \"id:10,phase:1,pass,log,msg:'%{MATCHED_VAR_NAME}=%{MATCHED_VAR}'\"\n");
  TestRequest request;
  request.uri = "/?a=x";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(matchesOf(rules, request),
              (Ids{"4 MATCHED_VARS_NAMES:TX:level TX:level MATCHED_VARS_NAMES:TX:level",
                   "6 MATCHED_VARS:TX:level 1 ", "10   TX:level=1"}))
        << round;
  }
}

TEST(PhasePlanTest, ARemovedRuleLeavesWhatMatchedBeforeIt) {
  const auto rules = loadRules(
      "SecRuleEngine On\n"
      "SecRule ARGS \"@streq x\" \"id:1,phase:1,pass,nolog\"\n"
      "SecRule ARGS \"@streq nothing\" \"id:2,phase:1,pass,nolog\"\n"
      "SecRule MATCHED_VARS \"@streq x\" \"id:3,phase:1,pass,log\"\n");
  TestRequest request;
  request.uri = "/?a=x";
  Policy policy;
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(matchesOf(rules, request).empty());
    policy.removed_rules = {{2, 2}};
    EXPECT_EQ(matchesOf(rules, request, policy).size(), 1U);
  }
}

TEST(PhasePlanTest, AGateWhoseTargetIsExcludedDoesNotJump) {
  const auto rules = loadRules(
      "SecRuleEngine On\n"
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.level=1\"\n"
      "SecRule TX:level \"@lt 2\" \"id:2,phase:1,pass,nolog,skipAfter:END\"\n"
      "SecAction \"id:3,phase:1,pass,log\"\n"
      "SecMarker END\n");
  EXPECT_TRUE(matchesOf(rules, {}).empty());
  Policy policy;
  policy.removed_targets = {{2, "TX:level"}};
  EXPECT_EQ(matchesOf(rules, {}, policy).size(), 1U);
}

TEST(PhasePlanTest, APatternOverTxChoosesAmongNamesOfTheSetAndOfTheRequest) {
  const auto rules = loadRules(
      "SecRuleEngine On\n"
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.Pre_b=1,setvar:tx.other=1\"\n"
      "SecRule ARGS_NAMES \"@rx .*\" "
      "\"id:2,phase:1,pass,nolog,capture,setvar:'tx.pre_%{tx.0}=1',setvar:'tx.z%{tx.0}=1'\"\n"
      "SecRule TX:/^pre_/ \"@eq 1\" \"id:3,phase:1,pass,log\"\n"
      "SecRule TX:/x*zc$/ \"@eq 1\" \"id:4,phase:1,pass,log\"\n"
      "SecAction \"id:5,phase:1,pass,nolog,setvar:!tx.pre_b\"\n"
      "SecRule TX:/pre_./ \"@eq 1\" \"id:6,phase:1,pass,log\"\n");
  TestRequest request;
  request.uri = "/?C=1&d=2";
  EXPECT_EQ(matchesOf(rules, request), (Ids{"3 TX:Pre_b 1 ", "3 TX:pre_C 1 ", "3 TX:pre_d 1 ",
                                            "4 TX:zC 1 ", "6 TX:pre_C 1 ", "6 TX:pre_d 1 "}));
}

TEST(PhasePlanTest, APatternForTheBeginningAlsoStandsBehindALineFeed) {
  EXPECT_EQ(ids("SecRule ARGS:/^Pre-1/ \"@rx .\" \"id:1,phase:1,pass,log\"\n",
                "/?x=1&x%0Apre-1=2&pre-=3&PRE-12=4"),
            (Ids{"1", "1"}));
}

TEST(PhasePlanTest, APatternChoosesNamesAnywhereWhateverItBeginsWith) {
  const auto chosen = [](const std::string& pattern) {
    Ids out;
    const auto rules = loadRules("SecRuleEngine On\nSecRule ARGS:/" + pattern +
                                 "/ \"@rx .\" \"id:1,phase:1,pass,log\"\n");
    TestRequest request;
    request.uri = "/?abc=1&xABCd=2&ab=3&a=4&d=5&=6&x%0Aabd=7";
    for (const MatchedRule& rule : runRequest(rules, request).rules) out.push_back(rule.value);
    return out;
  };
  EXPECT_EQ(chosen("abc"), (Ids{"1", "2"}));
  EXPECT_EQ(chosen("abc*"), (Ids{"1", "2", "3", "7"}));
  EXPECT_EQ(chosen("abc?d"), (Ids{"2", "7"}));
  EXPECT_EQ(chosen("abc{0}d"), (Ids{"7"}));
  EXPECT_EQ(chosen("b+"), (Ids{"1", "2", "3", "7"}));
  EXPECT_EQ(chosen("abc|d"), (Ids{"1", "2", "5", "7"}));
  EXPECT_EQ(chosen("a*d$"), (Ids{"2", "5", "7"}));
}

TEST(PhasePlanTest, WhatAChainsStarterMatchedIsToldThoughALinkFillsTheCollectionAnew) {
  const auto rules = loadRules(
      "SecRuleEngine On\n"
      "SecRule TX:a|ARGS \"@rx x\" \"id:1,phase:1,pass,log,chain,msg:'%{MATCHED_VAR}'\"\n"
      "SecRule ARGS \"@rx y\" \"setvar:tx.a=changed,chain\"\n"
      "SecRule TX:a \"@streq changed\" \"\"\n");
  TestRequest request;
  request.uri = "/?a=x1&b=y2";
  EXPECT_EQ(matchesOf(rules, request), (Ids{"1 ARGS:a x1 changed"}));
}

constexpr const char* kMixed = R"(SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.level=1"
SecRule REQUEST_LINE "!@rx ^[a-zA-Z]+ /[\w/?&=.%+-]* HTTP" "id:2,phase:1,pass,log"
SecRule ARGS|REQUEST_HEADERS:X-A "!@within one,two,three" "id:3,phase:1,pass,log,t:lowercase"
SecRule REQUEST_HEADERS:X-A "!@rx ^\d+$" "id:4,phase:1,pass,log,chain"
SecRule ARGS "!@rx ^[ot]" "chain"
SecRule ARGS "@contains e" ""
SecRule TX:level "@lt 1" "id:5,phase:1,pass,nolog,skipAfter:END"
SecRule ARGS "!@rx ^one$" "id:6,phase:1,pass,log,multiMatch,t:none,t:lowercase"
SecRule REQUEST_COOKIES:/^s/ "@rx ^bad" "id:7,phase:1,pass,log"
SecRule ARGS:/^a/ "!@streq one" "id:8,phase:1,pass,log"
SecRule ARGS_NAMES|ARGS "@pm evil two" "id:9,phase:1,pass,log,ctl:ruleRemoveById=10"
SecRule ARGS "@rx two" "id:10,phase:1,pass,log"
SecRule UNIQUE_ID|REQUEST_METHOD "@rx ^G" "id:11,phase:1,pass,log"
SecMarker END
SecRule RESPONSE_STATUS "!@rx ^404$" "id:12,phase:3,pass,log"
)";

TEST(PhasePlanTest, FindsWhatTheReferenceFindsHoweverOftenAContentComes) {
  const auto serving = loadRules(kMixed);
  const auto reference = RuleSet::loadText(kMixed, "rules.conf", "", false).rule_set;
  ASSERT_NE(reference, nullptr);
  for (int round = 0; round < 3; ++round) {
    for (const char* query : {"", "a=one", "a=ONE", "a=two&b=evil", "b=one&a=x", "evil=1",
                              "a=", "a=one&a=two&b=three&c=four", "c=<>"}) {
      for (const char* header : {"", "one", "12", "four"}) {
        TestRequest request;
        request.uri = std::string("/?") + query;
        request.headers.emplace_back("Cookie", "sid=bad1; x=bad2");
        if (*header != '\0') request.headers.emplace_back("X-A", header);
        request.response_status = round == 1 ? 404 : 200;
        EXPECT_EQ(matchesOf(serving, request), matchesOf(reference, request))
            << query << " " << header << " round " << round;
      }
    }
  }
}

}  // namespace
}  // namespace waf
