// One behaviour of the language per test, through whole transactions.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/persistent_collections.h"

namespace waf {
namespace {

TestOutcome run(const std::string& rules, const std::string& uri, const Policy& policy = {}) {
  TestRequest request;
  request.uri = uri;
  return runRequest(loadRules("SecRuleEngine On\n" + rules), request, policy);
}

TEST(RulesTest, DenyInterruptsWithItsStatus) {
  const auto outcome = run("SecRule ARGS:a \"@streq 1\" \"id:1,phase:1,deny,status:418\"", "/?a=1");
  EXPECT_EQ(outcome.status, 418);
  EXPECT_EQ(outcome.rule_id, 1);
  EXPECT_EQ(outcome.decision, Decision::Blocked);
}

TEST(RulesTest, DetectionOnlyOfTheSiteHolds) {
  Policy policy;
  policy.mode = EngineMode::DetectionOnly;
  const auto outcome =
      run("SecRule ARGS:a 1 \"id:1,phase:1,deny,ctl:ruleEngine=On\"", "/?a=1", policy);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(outcome.decision, Decision::Detected);
}

TEST(RulesTest, OffOfTheSiteRunsNothing) {
  Policy policy;
  policy.mode = EngineMode::Off;
  const auto outcome = run("SecAction \"id:1,phase:1,deny\"", "/", policy);
  EXPECT_EQ(outcome.decision, Decision::Passed);
  EXPECT_TRUE(outcome.rules.empty());
}

TEST(RulesTest, ASetThatSaysNothingOfTheEngineLeavesItToTheSite) {
  const std::string rule = "SecAction \"id:1,phase:1,deny\"";
  EXPECT_TRUE(runRequest(loadRules(rule), TestRequest{}, Policy{}).interrupted);
  EXPECT_FALSE(
      runRequest(loadRules("SecRuleEngine Off\n" + rule), TestRequest{}, Policy{}).interrupted);
}

TEST(RulesTest, SetVarCountsEachMatch) {
  const auto outcome =
      run("SecRule ARGS \"@contains x\" \"id:1,phase:1,nolog,pass,setvar:tx.n=+2\"\n"
          "SecRule TX:N \"@eq 4\" \"id:2,phase:1,deny,msg:'n is %{tx.n}'\"",
          "/?a=x&b=x&c=y");
  EXPECT_EQ(outcome.rule_id, 2);
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].message, "n is 4");
  EXPECT_EQ(outcome.rules[0].variable, "TX:n");
}

TEST(RulesTest, ChainNeedsAllLinksAndIsOneEntry) {
  const std::string rules =
      "SecRule ARGS:a \"@rx (.+)\" \"id:1,phase:1,deny,capture,chain,logdata:'%{TX.1}'\"\n"
      "SecRule ARGS:b \"@streq 2\" \"t:none\"";
  const auto half = run(rules, "/?a=1&b=3");
  EXPECT_FALSE(half.interrupted);
  EXPECT_TRUE(half.rules.empty());
  const auto whole = run(rules, "/?a=1&b=2");
  EXPECT_TRUE(whole.interrupted);
  ASSERT_EQ(whole.rules.size(), 1u);
  EXPECT_EQ(whole.rules[0].id, 1);
  EXPECT_EQ(whole.rules[0].data, "1");
  EXPECT_EQ(whole.rules[0].variable, "ARGS:a");
}

TEST(RulesTest, NoLogMatchesAreNotRecorded) {
  const auto outcome =
      run("SecAction \"id:1,phase:1,pass,nolog\"\nSecAction \"id:2,phase:1,pass\"", "/");
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].id, 2);
  EXPECT_TRUE(outcome.relevant);
  EXPECT_EQ(outcome.decision, Decision::Passed);
}

TEST(RulesTest, NoAuditLogMatchesAreRecorded) {
  EXPECT_TRUE(run("SecAction \"id:1,phase:1,pass,log,noauditlog\"", "/").matched(1));
}

TEST(RulesTest, SkipAfterGoesOnBehindTheMarker) {
  const auto outcome =
      run("SecAction \"id:1,phase:1,nolog,pass,skipAfter:END\"\n"
          "SecAction \"id:2,phase:1,deny\"\nSecMarker END\nSecAction \"id:3,phase:1,pass\"",
          "/");
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_TRUE(outcome.matched(3));
}

TEST(RulesTest, SkipCountsRules) {
  const auto outcome =
      run("SecAction \"id:1,phase:1,nolog,pass,skip:1\"\nSecAction \"id:2,phase:1,deny\"\n"
          "SecAction \"id:3,phase:1,pass\"",
          "/");
  EXPECT_TRUE(outcome.matched(3));
  EXPECT_FALSE(outcome.interrupted);
}

TEST(RulesTest, AllowOfARequestStillInspectsTheResponse) {
  const auto outcome =
      run("SecAction \"id:1,phase:1,nolog,allow:request\"\nSecAction \"id:2,phase:2,deny\"\n"
          "SecAction \"id:3,phase:3,deny,status:503\"",
          "/");
  EXPECT_EQ(outcome.rule_id, 3);
  EXPECT_EQ(outcome.status, 503);
}

TEST(RulesTest, BlockDoesWhatTheDefaultActionSays) {
  const auto outcome = run(
      "SecDefaultAction \"phase:1,log,deny,status:409\"\nSecAction \"id:1,phase:1,block\"", "/");
  EXPECT_EQ(outcome.status, 409);
}

TEST(RulesTest, ControlRemovesARuleAndATarget) {
  const std::string deny = "SecRule ARGS|ARGS_NAMES \"@contains x\" \"id:10,phase:2,deny\"";
  EXPECT_TRUE(run(deny, "/?a=x").interrupted);
  EXPECT_FALSE(
      run("SecAction \"id:1,phase:1,nolog,pass,ctl:ruleRemoveById=5-15\"\n" + deny, "/?a=x")
          .interrupted);
  const std::string target =
      "SecAction \"id:1,phase:1,nolog,pass,ctl:ruleRemoveTargetById=10;ARGS:a\"\n" + deny;
  EXPECT_FALSE(run(target, "/?a=x").interrupted);
  EXPECT_TRUE(run(target, "/?b=x").interrupted);
}

TEST(RulesTest, SiteExclusionsMaskRulesAndTargets) {
  const std::string deny = "SecRule ARGS \"@rx x\" \"id:10,phase:2,deny\"";
  Policy rule;
  rule.removed_rules = {{10, 10}};
  EXPECT_FALSE(run(deny, "/?a=x", rule).interrupted);
  Policy target;
  target.removed_targets = {{10, "ARGS:a"}};
  EXPECT_FALSE(run(deny, "/?a=x", target).interrupted);
  EXPECT_TRUE(run(deny, "/?b=x", target).interrupted);
}

TEST(RulesTest, RemovalsAndUpdatesHoldWhereverTheyStand) {
  EXPECT_FALSE(
      run("SecRuleRemoveByTag ^a\nSecAction \"id:1,phase:1,deny,tag:'abc'\"", "/").interrupted);
  EXPECT_FALSE(
      run("SecRule ARGS x \"id:1,phase:1,deny\"\nSecRuleUpdateTargetById 1 \"!ARGS:a\"", "/?a=x")
          .interrupted);
  EXPECT_FALSE(
      run("SecRuleUpdateActionById 1 \"pass\"\nSecAction \"id:1,phase:1,deny\"", "/").interrupted);
}

TEST(RulesTest, MultiMatchLooksAtEachStep) {
  const std::string rule = "SecRule ARGS:a \"@contains X\" \"id:1,phase:1,deny,t:lowercase";
  EXPECT_FALSE(run(rule + "\"", "/?a=X").interrupted);
  EXPECT_TRUE(run(rule + ",multiMatch\"", "/?a=X").interrupted);
}

TEST(RulesTest, CountsAndNegation) {
  EXPECT_TRUE(run("SecRule &ARGS:a \"@eq 2\" \"id:1,phase:1,deny\"", "/?a=1&a=2").interrupted);
  EXPECT_TRUE(run("SecRule &ARGS:b \"@eq 0\" \"id:1,phase:1,deny\"", "/?a=1").interrupted);
  EXPECT_TRUE(run("SecRule ARGS:a \"!@rx ^\\d+$\" \"id:1,phase:1,deny\"", "/?a=x").interrupted);
  EXPECT_FALSE(run("SecRule ARGS:a \"!@rx ^\\d+$\" \"id:1,phase:1,deny\"", "/?a=7").interrupted);
  EXPECT_FALSE(run("SecRule ARGS:b \"!@rx x\" \"id:1,phase:1,deny\"", "/?a=7").interrupted);
}

TEST(RulesTest, EventHoldsTheMatchedBytes) {
  const auto outcome = run(
      "SecRule ARGS \"@rx b+\" \"id:1,phase:1,pass,t:none,t:lowercase,severity:2\"", "/?k=aaBBc");
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].variable, "ARGS:k");
  EXPECT_EQ(outcome.rules[0].value, "aabbc");
  EXPECT_EQ(outcome.rules[0].match_offset, 2u);
  EXPECT_EQ(outcome.rules[0].match_length, 2u);
  EXPECT_EQ(outcome.rules[0].severity, "CRITICAL");
  EXPECT_EQ(outcome.rules[0].transformations, std::vector<std::string>{"lowercase"});
}

TEST(RulesTest, TextsOfAMatchAreOneLine) {
  const auto rules = loadRules(
      "SecRuleEngine On\nSecRule ARGS \"@contains b\" "
      "\"id:1,phase:1,log,pass,msg:'%{MATCHED_VAR}',logdata:'within %{MATCHED_VAR}'\"");
  TestRequest request;
  request.uri = "/?k=a%0D%0Ab%7F%C3%A9";
  const TestOutcome outcome = runRequest(rules, request);
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].message, "a\\x0d\\x0ab\\x7f\xC3\xA9");
  EXPECT_EQ(outcome.rules[0].data, "within a\\x0d\\x0ab\\x7f\xC3\xA9");
  EXPECT_EQ(outcome.rules[0].value, "a\r\nb\x7F\xC3\xA9");
}

TEST(RulesTest, SanitisedArgumentsAreHidden) {
  const auto outcome =
      run("SecRule ARGS:pw \"@rx .\" \"id:1,phase:1,pass,sanitiseArg:pw\"", "/?pw=secret");
  ASSERT_EQ(outcome.rules.size(), 1u);
  EXPECT_EQ(outcome.rules[0].value, "******");
}

TEST(RulesTest, PersistentCollectionsCountAcrossTransactionsAndExpire) {
  PersistentCollections::process().clear();
  const auto rules = loadRules(
      "SecRuleEngine On\n"
      "SecAction \"id:1,phase:1,nolog,pass,initcol:ip=%{REMOTE_ADDR},setvar:ip.n=+1,"
      "expirevar:ip.n=60\"\nSecRule IP:n \"@ge 2\" \"id:2,phase:1,deny\"");
  ManualClock clock(WallTime(std::chrono::hours(24 * 20000)));
  EXPECT_FALSE(runRequest(rules, {}, {}, nullptr, clock).interrupted);
  EXPECT_TRUE(runRequest(rules, {}, {}, nullptr, clock).interrupted);
  clock.advance(std::chrono::seconds(61));
  EXPECT_FALSE(runRequest(rules, {}, {}, nullptr, clock).interrupted);
  PersistentCollections::process().clear();
}

TEST(RulesTest, RegexLimitIsNeverSilent) {
  // Without Hyperscan, which would answer this one in linear time.
  const auto rules = RuleSet::loadText(
                         "SecRuleEngine On\nSecPcreMatchLimit 50\n"
                         "SecRule ARGS \"@rx ^(a+)+$\" \"id:1,phase:1,pass\"\n"
                         "SecRule TX:MSC_PCRE_LIMITS_EXCEEDED \"@eq 1\" \"id:2,phase:1,deny\"",
                         "rules.conf", "", false)
                         .rule_set;
  ASSERT_NE(rules, nullptr);
  Transaction transaction(rules, Policy{});
  transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
  transaction.requestLine("GET", "/?a=" + std::string(60, 'a') + "b", "HTTP/1.1");
  const auto stop = transaction.requestHeaders();
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->rule_id, 2);
  EXPECT_TRUE(transaction.limitsExceeded());
  transaction.logging();
}

TEST(RulesTest, BodyPastTheLimitIsRejected) {
  TestRequest request;
  request.method = "POST";
  request.headers = {{"Host", "a"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "a=1234567890";
  const auto rules =
      loadRules("SecRuleEngine On\nSecRequestBodyAccess On\nSecRequestBodyLimit 5\n");
  EXPECT_EQ(runRequest(rules, request).status, 413);
}

TEST(RulesTest, SharedScanAndRuleByRuleAgree) {
  const std::string text =
      "SecRuleEngine On\n"
      "SecRule ARGS \"@rx union\\s+select\" \"id:1,phase:2,deny,t:none,t:lowercase\"\n"
      "SecRule ARGS|!ARGS:free \"@rx ^<script\" \"id:2,phase:2,deny,t:none,t:lowercase\"\n"
      "SecRule ARGS \"!@rx ^[\\w <>]*$\" \"id:3,phase:2,deny,t:none\"\n"
      "SecRule ARGS:a \"@rx (x+)\" \"id:4,phase:2,deny,capture,chain\"\n"
      "SecRule TX:1 \"@rx ^xx$\" \"t:none\"\n";
  const auto scanned = RuleSet::loadText(text);
  const auto plain = RuleSet::loadText(text, "rules.conf", "", false);
  ASSERT_NE(scanned.rule_set, nullptr);
  ASSERT_NE(plain.rule_set, nullptr);
  EXPECT_EQ(scanned.rule_set->statistics().rx_hyperscan, 5u);
  EXPECT_EQ(plain.rule_set->statistics().rx_hyperscan, 0u);
  for (const char* query : {"a=UNION%20select", "a=%3Cscript", "free=%3Cscript", "a=%27", "a=xx",
                            "a=xxx", "", "a=&b=", "a=clean&b=x%0A%3Cscript"}) {
    TestRequest request;
    request.uri = std::string("/?") + query;
    EXPECT_EQ(runRequest(scanned.rule_set, request).rule_id,
              runRequest(plain.rule_set, request).rule_id)
        << query;
  }
}

class Steps final : public TraceSink {
 public:
  void step(const TraceStep& step) override { all.push_back(step); }
  std::vector<TraceStep> all;
};

TEST(RulesTest, TraceShowsTransformationsAndAssignments) {
  Steps steps;
  const auto rules = loadRules(
      "SecRuleEngine On\nSecRule ARGS \"@contains b\" "
      "\"id:1,phase:1,nolog,pass,t:lowercase,setvar:tx.score=+5\"");
  TestRequest request;
  request.uri = "/?k=AB";
  runRequest(rules, request, {}, &steps);
  ASSERT_EQ(steps.all.size(), 1u);
  EXPECT_EQ(steps.all[0].rule_id, 1);
  EXPECT_EQ(steps.all[0].value, "AB");
  ASSERT_EQ(steps.all[0].transformed.size(), 1u);
  EXPECT_EQ(steps.all[0].transformed[0].second, "ab");
  ASSERT_EQ(steps.all[0].assignments.size(), 1u);
  EXPECT_EQ(steps.all[0].assignments[0].first, "tx.score");
  EXPECT_EQ(steps.all[0].assignments[0].second, "5");
}

}  // namespace
}  // namespace waf
