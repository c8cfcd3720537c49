#include "waf/engine/rule_costs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/waf/support/engine_harness.h"

namespace waf {
namespace {

// Three rules in one group (3 matches nothing that is asked here), one that looks at a count, a
// chain.
constexpr const char* kRules = R"(
SecRuleEngine On
SecRule ARGS "@rx evil[0-9]+" "id:1,phase:2,pass,log,msg:'Evil'"
SecRule ARGS "@rx worse[0-9]+" "id:2,phase:2,pass,nolog"
SecRule ARGS "@rx never[0-9]+" "id:3,phase:2,pass,nolog"
SecRule REQUEST_METHOD "@streq POST" "id:4,phase:1,pass,nolog"
SecRule &ARGS "@gt 100" "id:16,phase:1,pass,nolog"
SecRule &ARGS "@gt 1" "id:17,phase:2,pass,nolog,setvar:tx.y=1"
SecRule ARGS:a "@rx evil" "id:5,phase:2,pass,nolog,chain"
  SecRule ARGS:b "@streq yes" "setvar:tx.x=1"
)";

void ask(const std::shared_ptr<const RuleSet>& rules, RuleCosts* costs, const std::string& uri) {
  Transaction transaction(rules, Policy{});
  if (costs != nullptr) transaction.measure(costs);
  transaction.requestLine("GET", uri, "HTTP/1.1");
  transaction.requestHeaders();
  transaction.requestBody();
  transaction.responseHeaders(200, "HTTP/1.1");
  transaction.logging();
}

RuleCost costOf(const RuleCostReport& report, int64_t id) {
  const auto found = std::find_if(report.rules.begin(), report.rules.end(),
                                  [&](const RuleCost& rule) { return rule.id == id; });
  return found == report.rules.end() ? RuleCost{} : *found;
}

TEST(RuleCostsTest, CountsEvaluationsAndHitsOfMeasuredTransactionsAlone) {
  const auto rules = loadRules(kRules);
  ASSERT_NE(rules, nullptr);
  RuleCosts costs(rules, WallTime{});
  EXPECT_EQ(costs.report().samples, 0u);
  EXPECT_TRUE(costs.report().rules.empty());

  ask(rules, &costs, "/?a=evil7&b=no");
  ask(rules, nullptr, "/?a=evil8&b=no");
  ask(rules, &costs, "/?a=evil9&b=yes");
  const RuleCostReport report = costs.report();
  EXPECT_EQ(report.samples, 2u);
  EXPECT_EQ(costOf(report, 1).evaluations, 2u);
  EXPECT_EQ(costOf(report, 1).hits, 2u);
  EXPECT_EQ(costOf(report, 1).message, "Evil");
  // The second time it is known of "GET" that it does not match.
  EXPECT_EQ(costOf(report, 4).evaluations, 1u);
  EXPECT_EQ(costOf(report, 4).hits, 0u);
  // What compares a number and does not hold takes no evaluation.
  EXPECT_EQ(costOf(report, 16).evaluations, 0u);
  EXPECT_EQ(costOf(report, 17).hits, 2u);
  // A chain hits when all of its links do.
  EXPECT_EQ(costOf(report, 5).evaluations, 2u);
  EXPECT_EQ(costOf(report, 5).hits, 1u);
}

TEST(RuleCostsTest, ARuleThatTheScanSparesBearsItsShareOfTheScanAlone) {
  const auto rules = loadRules(kRules);
  ASSERT_NE(rules, nullptr);
  RuleCosts costs(rules, WallTime{});
  for (int i = 0; i < 50; ++i) ask(rules, &costs, "/?a=evil" + std::to_string(i) + "&b=no");
  const RuleCostReport report = costs.report();
  const RuleCost spared = costOf(report, 3);
  EXPECT_EQ(spared.id, 3);
  EXPECT_EQ(spared.evaluations, 0u);
  EXPECT_EQ(spared.own_ns, 0.0);
  EXPECT_GT(spared.scan_ns, 0.0);
  EXPECT_DOUBLE_EQ(spared.scan_ns, costOf(report, 2).scan_ns);
  EXPECT_GT(costOf(report, 1).own_ns, 0.0);
  const auto isDearer = [](const RuleCost& a, const RuleCost& b) {
    return a.own_ns + a.scan_ns > b.own_ns + b.scan_ns;
  };
  EXPECT_TRUE(std::is_sorted(report.rules.begin(), report.rules.end(), isDearer))
      << "the dearest comes first";
}

TEST(RuleCostsTest, ThePartsAreNoMoreThanTheWhole) {
  const auto rules = loadRules(kRules);
  ASSERT_NE(rules, nullptr);
  RuleCosts costs(rules, WallTime{});
  for (int i = 0; i < 200; ++i) ask(rules, &costs, "/?a=evil" + std::to_string(i) + "&b=no");
  const RuleCostReport report = costs.report();
  double sum = 0;
  for (const RuleCost& rule : report.rules) sum += rule.own_ns + rule.scan_ns;
  EXPECT_GT(sum, 0);
  EXPECT_LE(sum, report.total_ns);
}

TEST(RuleCostsTest, ASlowRuleIsTheDearestByFar) {
  std::string text = kRules;
  text +=
      "SecRule ARGS:a \"@pm evil\" \"id:6,phase:2,pass,nolog,t:none,chain\"\n"
      "SecRule ARGS:long \"@rx ^(?:.*x){3}y$\" \"t:none,t:sha1,t:hexEncode,t:md5,t:sha1\"\n";
  const auto rules = loadRules(text);
  ASSERT_NE(rules, nullptr);
  RuleCosts costs(rules, WallTime{});
  const std::string letters(20'000, 'x');
  for (int i = 0; i < 20; ++i) {
    ask(rules, &costs, "/?a=evil" + std::to_string(i) + "&long=" + std::to_string(i) + letters);
  }
  const RuleCostReport report = costs.report();
  ASSERT_FALSE(report.rules.empty());
  EXPECT_GT(costOf(report, 6).own_ns + costOf(report, 6).scan_ns, 20.0 * 10'000);
}

}  // namespace
}  // namespace waf
