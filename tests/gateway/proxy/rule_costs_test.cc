// What rules cost is measured in some of a site's requests; a request that costs too much is the
// failure policy's.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/gateway/support/gateway_under_test.h"
#include "tests/support/wait_until.h"

namespace gateway {
namespace {

using testing::GatewayUnderTest;
using testing::RawClient;
using testing::statusOf;

constexpr const char* kRules =
    "SecRuleEngine On\nSecRequestBodyAccess On\n"
    "SecRule ARGS \"@contains attack\" \"id:100,phase:2,deny,status:403,log,msg:'an attack'\"\n"
    "SecRule &ARGS \"@gt 5\" \"id:101,phase:1,pass,nolog\"\n";

struct RuleCostsTest : ::testing::Test {
  // In force with its databases: a set that is compiled meanwhile is another one, and starts anew.
  void applyCompiled() {
    under_test.apply();
    const auto compiling = [this] {
      const auto sets = under_test.gateway->status().rulesets;
      return std::any_of(sets.begin(), sets.end(),
                         [](const auto& set) { return set.statistics.provisional; });
    };
    ASSERT_TRUE(tests::waitUntil([&] { return !compiling(); }));
  }
  waf::RuleCostReport costs() {
    const auto report = under_test.gateway->ruleCostsOf("shop");
    EXPECT_TRUE(report.has_value());
    return report ? *report : waf::RuleCostReport{};
  }
  GatewayUnderTest under_test;
};

TEST_F(RuleCostsTest, AreOfTheSitesRequests) {
  under_test.useRules(kRules);
  under_test.config.settings.rule_cost_one_of = 1;
  applyCompiled();
  for (const char* target : {"/?a=1", "/?a=attack", "/?a=2"}) under_test.get(target);
  const waf::RuleCostReport report = costs();
  EXPECT_EQ(report.samples, 3u);
  EXPECT_GT(report.total_ns, 0);
  const auto rule = std::find_if(report.rules.begin(), report.rules.end(),
                                 [](const waf::RuleCost& each) { return each.id == 100; });
  ASSERT_NE(rule, report.rules.end());
  EXPECT_EQ(rule->hits, 1u);
  EXPECT_EQ(rule->message, "an attack");
}

TEST_F(RuleCostsTest, LiveAsLongAsTheRuleSet) {
  under_test.useRules(kRules);
  under_test.config.settings.rule_cost_one_of = 1;
  applyCompiled();
  under_test.get("/?a=1");
  under_test.site().limits.header_fields = 64;
  applyCompiled();
  under_test.get("/?a=1");
  EXPECT_EQ(costs().samples, 2u);
  under_test.useRules(std::string(kRules) + "SecAction \"id:102,phase:1,pass,nolog\"\n");
  applyCompiled();
  under_test.get("/?a=1");
  EXPECT_EQ(costs().samples, 1u);
}

TEST_F(RuleCostsTest, OfSoManyRequestsOneIsMeasuredByChance) {
  under_test.useRules(kRules);
  under_test.config.settings.rule_cost_one_of = 4;
  applyCompiled();
  constexpr int kRequests = 400;
  RawClient client(under_test.port());
  for (int i = 0; i < kRequests; ++i) {
    client.send("GET /?a=1 HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    ASSERT_EQ(statusOf(client.readResponse()), 200);
  }
  const uint64_t samples = costs().samples;
  EXPECT_GT(samples, 50u);
  EXPECT_LT(samples, 150u);
}

TEST_F(RuleCostsTest, AreNotMeasuredWhereNobodyWantsThem) {
  under_test.useRules(kRules);
  under_test.config.settings.rule_cost_one_of = 0;
  applyCompiled();
  under_test.get("/?a=1");
  EXPECT_EQ(costs().samples, 0u);
}

TEST_F(RuleCostsTest, AreToldOfNoOtherSite) {
  under_test.apply();  // its mode is Off
  EXPECT_EQ(under_test.gateway->ruleCostsOf("blog").error().code, waf::ErrorCode::NotFound);
  EXPECT_EQ(under_test.gateway->ruleCostsOf("shop").error().code, waf::ErrorCode::Unavailable);
}

struct InspectionBudgetTest : ::testing::Test {
  InspectionBudgetTest() {
    std::string rules = "SecRuleEngine On\nSecRequestBodyAccess On\n";
    for (int i = 1; i <= 60; ++i) {
      rules += "SecRule ARGS \"!@validateByteRange 32-126\" \"id:" + std::to_string(i) +
               ",phase:2,pass,nolog\"\n";
    }
    under_test.useRules(rules);
    under_test.site().waf.inspection_budget_ms = 4;
  }
  std::string post() {
    std::string body;
    for (int i = 0; i < 900; ++i) {
      body += "a" + std::to_string(i) + "=" + std::string(900, 'x') + "&";
    }
    return under_test.ask(
        "POST / HTTP/1.1\r\nHost: shop.example\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  GatewayUnderTest under_test;
};

TEST_F(InspectionBudgetTest, WhatTakesLongerIsRefusedWithAnEvent) {
  under_test.apply();
  EXPECT_EQ(statusOf(post()), 403);
  const waf::AuditEvent event = under_test.events.last();
  EXPECT_EQ(event.decision, waf::Decision::Blocked);
  EXPECT_EQ(event.reason, waf::Reason::Fault);
  EXPECT_NE(event.detail.find("more than 4 ms"), std::string::npos) << event.detail;
  EXPECT_TRUE(under_test.upstream.requests().empty());
}

TEST_F(InspectionBudgetTest, AnOpenPolicyLetsItPassWithAnEvent) {
  under_test.site().waf.failure_policy = "open";
  under_test.apply();
  EXPECT_EQ(statusOf(post()), 200);
  const waf::AuditEvent event = under_test.events.last();
  EXPECT_EQ(event.decision, waf::Decision::Detected);
  EXPECT_EQ(event.reason, waf::Reason::Fault);
}

TEST_F(InspectionBudgetTest, WithoutABudgetItTakesItsTime) {
  under_test.site().waf.inspection_budget_ms = 0;
  under_test.apply();
  EXPECT_EQ(statusOf(post()), 200);
  EXPECT_TRUE(under_test.events.last().id.empty());
}

}  // namespace
}  // namespace gateway
