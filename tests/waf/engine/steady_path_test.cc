// Rules that only steer a set are done at once where the TX variables are as they mostly are; that
// must not show, whatever a request or a site changes.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/program.h"

namespace waf {
namespace {

using Lines = std::vector<std::string>;

// What matched, in order, with what it saw.
Lines linesOf(const std::shared_ptr<const RuleSet>& rules, const TestRequest& request,
              const Policy& policy) {
  Lines out;
  const TestOutcome outcome = runRequest(rules, request, policy);
  for (const MatchedRule& rule : outcome.rules) {
    out.push_back(std::to_string(rule.id) + " " + rule.variable + "=" + rule.value + " " +
                  rule.message);
  }
  out.push_back(std::to_string(outcome.status) + " " + std::to_string(outcome.inbound));
  return out;
}

// The initialisation, the gates and the sums of a set as the CRS has them; rules of the other kinds
// stand before, between and behind them, and rules 50 to 54 tell what is left of it all.
constexpr const char* kSet = R"conf(SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.level=1,setvar:tx.Limit=5"
SecRule ARGS:early "@rx (.+)" "id:2,phase:1,pass,log,capture,setvar:tx.level=%{tx.1},setvar:tx.x=%{tx.1}"
SecRule ARGS:off "@streq 1" "id:3,phase:1,pass,log,ctl:ruleRemoveById=21"
SecRule ARGS:off "@streq 2" "id:4,phase:1,pass,log,ctl:ruleRemoveTargetById=11;TX:level"
SecRule ARGS:off "@streq 3" "id:5,phase:1,pass,log,ctl:ruleRemoveById=10-16"
SecRule &TX:limit "@eq 0" "id:10,phase:1,pass,nolog,setvar:tx.limit=9"
SecRule TX:level "@ge 1" "id:11,phase:1,pass,nolog,setvar:tx.a=%{tx.level},setvar:tx.a=+%{tx.limit}"
SecRule &TX:b "@eq 0" "id:12,phase:1,pass,nolog,setvar:'tx.b=x%{tx.a}y'"
SecAction "id:13,phase:1,pass,nolog,setvar:tx.score=0,setvar:tx.sum=0,setvar:tx.sum=-%{tx.x}"
SecRule &TX:none "@eq 1" "id:14,phase:1,deny,log"
SecRule ARGS:mid "@rx (.)" "id:15,phase:1,pass,log,msg:'%{MATCHED_VAR_NAME}'"
SecAction "id:16,phase:1,pass,nolog,setvar:tx.c=1"
SecRule MATCHED_VARS "@rx ^" "id:17,phase:1,pass,log,msg:'%{MATCHED_VAR_NAME} %{MATCHED_VAR}'"
SecRule TX:level "@lt 1" "id:20,phase:1,pass,nolog,skipAfter:END"
SecRule ARGS "@contains evil" "id:21,phase:1,pass,log,setvar:tx.score=+4"
SecRule TX:level "@lt 2" "id:22,phase:1,pass,nolog,skipAfter:END"
SecRule ARGS "@contains il" "id:23,phase:1,pass,log,setvar:tx.score=+3"
SecRule TX:level "@lt 3" "id:24,phase:1,pass,nolog,skipAfter:END"
SecMarker END
SecRule TX:level "@ge 1" "id:30,phase:1,pass,nolog,setvar:tx.sum=+%{tx.score}"
SecRule TX:level "@ge 2" "id:31,phase:1,pass,nolog,setvar:tx.sum=+1"
SecRule TX:sum "@ge %{tx.limit}" "id:32,phase:1,pass,log,msg:'%{tx.sum}'"
SecRule MATCHED_VARS "@rx ^" "id:50,phase:1,pass,log,msg:'%{MATCHED_VAR_NAME} %{MATCHED_VAR}'"
SecRule TX "@rx ^" "id:51,phase:1,pass,log"
SecRule TX:level "@lt 1" "id:40,phase:2,pass,nolog,skipAfter:END2"
SecRule &TX:c "@eq 1" "id:41,phase:2,pass,nolog,setvar:tx.d=%{tx.sum}"
SecRule TX:level "@ge 1" "id:42,phase:2,pass,nolog,setvar:tx.score=+%{tx.sum}"
SecMarker END2
SecAction "id:52,phase:2,pass,log,msg:'%{MATCHED_VAR_NAME} %{MATCHED_VAR}'"
SecRule TX "@rx ^" "id:53,phase:2,pass,log"
SecAction "id:43,phase:5,pass,nolog,setvar:tx.blocking_inbound_anomaly_score=%{tx.sum}"
SecAction "id:44,phase:5,pass,nolog,setvar:tx.blocking_inbound_anomaly_score=+%{tx.score}"
SecRule TX:level "@ge 0" "id:45,phase:5,pass,nolog,setvar:tx.d=+%{tx.d}"
SecRule TX "@rx ^" "id:54,phase:5,pass,log"
)conf";

const std::shared_ptr<const RuleSet>& serving() {
  static const std::shared_ptr<const RuleSet> rules = loadRules(kSet);
  return rules;
}

void expectAsReference(const Policy& policy) {
  static const auto reference = RuleSet::loadText(kSet, "rules.conf", "", false).rule_set;
  ASSERT_NE(reference, nullptr);
  for (const char* query :
       {"", "a=1", "a=evil", "a=ill", "early=0", "early=1", "early=2", "early=2&a=evil&b=evil",
        "early=3&a=ill", "early=x", "mid=1", "mid=1&off=3", "off=1&a=evil", "off=2", "off=3",
        "early=2&off=2&a=evil", "early=-7", "early=99999999999999999999"}) {
    TestRequest request;
    request.uri = std::string("/?") + query;
    for (int round = 0; round < 2; ++round) {
      EXPECT_EQ(linesOf(serving(), request, policy), linesOf(reference, request, policy)) << query;
    }
  }
}

TEST(SteadyPathTest, HasTheRulesThatOnlySteer) {
  const auto ids = [](size_t phase) {
    const Program& program = serving()->program();
    std::vector<int64_t> out;
    for (const SteadyPath::Step& step : program.steady_paths[phase].steps) {
      out.push_back(program.phases[phase][step.position]->id);
    }
    return out;
  };
  using Numbers = std::vector<int64_t>;
  EXPECT_EQ(ids(1), (Numbers{1, 10, 11, 12, 13, 14, 16, 20, 22, 30, 31, 32}));
  EXPECT_EQ(ids(2), (Numbers{40, 41, 42}));
  EXPECT_EQ(ids(3), Numbers{});
  EXPECT_EQ(ids(5), (Numbers{43, 44, 45}));
}

TEST(SteadyPathTest, TheReferenceLooksAtEachRule) {
  const auto reference = RuleSet::loadText(kSet, "rules.conf", "", false).rule_set;
  ASSERT_NE(reference, nullptr);
  for (const SteadyPath& path : reference->program().steady_paths) EXPECT_TRUE(path.steps.empty());
}

TEST(SteadyPathTest, LeavesWhatTheReferenceLeaves) { expectAsReference({}); }

TEST(SteadyPathTest, HeedsTheRulesThatASiteRemoves) {
  for (const auto& [first, last] : {std::pair<int64_t, int64_t>{11, 11},
                                    {15, 15},
                                    {16, 16},
                                    {20, 20},
                                    {22, 24},
                                    {30, 30},
                                    {41, 42},
                                    {43, 43}}) {
    Policy policy;
    policy.removed_rules = {{first, last}};
    expectAsReference(policy);
  }
}

TEST(SteadyPathTest, HeedsTheTargetsThatASiteRemoves) {
  for (const int64_t id : {10, 11, 20, 22, 42}) {
    Policy policy;
    policy.removed_targets = {{id, "TX:level"}, {id, "TX:limit"}};
    expectAsReference(policy);
  }
}

TEST(SteadyPathTest, HeedsTheModeOfTheSite) {
  Policy policy;
  policy.mode = EngineMode::DetectionOnly;
  expectAsReference(policy);
}

TEST(SteadyPathTest, ATraceShowsEachRule) {
  struct Steps final : TraceSink {
    void step(const TraceStep& step) override { ids.push_back(step.rule_id); }
    std::vector<int64_t> ids;
  } steps;
  runRequest(serving(), {}, {}, &steps);
  for (const int64_t id : {11, 12, 13, 16, 22, 30, 41, 42, 43, 44, 45}) {
    EXPECT_NE(std::find(steps.ids.begin(), steps.ids.end(), id), steps.ids.end()) << id;
  }
}

// The values that the path leaves are the transaction's own.
TEST(SteadyPathTest, ItsValuesAreTransformedAndCountedLikeAnyOther) {
  const char* const text = R"conf(SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.a=AbC"
SecAction "id:2,phase:1,pass,nolog,setvar:tx.b=%{tx.a}"
SecAction "id:3,phase:1,pass,nolog,setvar:tx.b=+0,setvar:tx.c=%{tx.a}"
SecRule TX:/^[ac]/ "@streq abc" "id:4,phase:1,pass,log,t:lowercase"
SecRule &TX:/^[abc]$/ "@eq 3" "id:5,phase:1,pass,log"
SecRule TX:b "@streq 0" "id:6,phase:1,pass,log"
)conf";
  const auto rules = loadRules(text);
  ASSERT_EQ(rules->program().steady_paths[1].steps.size(), 3u);
  const Lines first = linesOf(rules, {}, {});
  EXPECT_EQ(first, (Lines{"4 TX:a=abc ", "4 TX:c=abc ", "5 TX:^[abc]$=3 ", "6 TX:b=0 ", "200 0"}));
  EXPECT_EQ(linesOf(rules, {}, {}), first);
}

// Rules may double a value as often as they like; at load nobody has asked for that yet.
TEST(SteadyPathTest, ASetWhoseValuesGrowWithoutEndLoadsAndHasNoPath) {
  std::string set = "SecRuleEngine On\nSecAction \"id:1,phase:1,pass,nolog,setvar:tx.a=v\"\n";
  for (int id = 2; id < 60; ++id) {
    set += "SecAction \"id:" + std::to_string(id) +
           ",phase:1,pass,nolog,setvar:'tx.a=%{tx.a}%{tx.a}'\"\n";
  }
  const auto rules = loadRules(set);
  ASSERT_NE(rules, nullptr);
  EXPECT_TRUE(rules->program().steady_paths[1].steps.empty());
}

// Longer than what is looked over at once, with other values here and there.
TEST(SteadyPathTest, LongWaysEndWhereTheyMust) {
  std::string set = "SecRuleEngine On\nSecAction \"id:1,phase:1,pass,nolog,setvar:tx.n=0\"\n";
  for (int i = 10; i < 5000; ++i) {
    const std::string id = "\"id:" + std::to_string(i) + ",phase:1,pass,";
    if (i % 700 == 0) {
      set += "SecRule ARGS \"@streq " + std::to_string(i) + "\" " + id +
             "log,msg:'%{tx.n}',setvar:tx.n=+1000\"\n";
    } else if (i % 3 == 0) {
      set += "SecRule TX:n \"@ge 100\" " + id + "nolog,setvar:tx.m=%{tx.n}\"\n";
    } else {
      set += "SecRule &TX:n \"@eq 1\" " + id + "nolog,setvar:tx.n=+1\"\n";
    }
  }
  set += "SecRule TX \"@rx ^\" \"id:9000,phase:1,pass,log\"\n";
  const auto rules = loadRules(set);
  const auto reference = RuleSet::loadText(set, "r.conf", "", false).rule_set;
  ASSERT_NE(rules, nullptr);
  ASSERT_GT(rules->program().steady_paths[1].steps.size(), 4000U);
  for (const std::string query : {"", "a=700", "a=2100&b=2800", "a=4900&b=700&c=1400", "a=699"}) {
    TestRequest request;
    request.uri = "/?" + query;
    EXPECT_EQ(linesOf(rules, request, {}), linesOf(reference, request, {})) << query;
  }
}

}  // namespace
}  // namespace waf
