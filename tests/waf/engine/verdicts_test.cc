// What is kept of a content must never change a decision.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/verdict_table.h"
#include "waf/engine/verdicts.h"
#include "waf/operators/block_lists.h"
#include "waf/regex/regex_budget.h"

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

class OneList final : public BlockListResolver {
 public:
  BlockListAnswer ask(std::string_view) override { return answer; }
  BlockListAnswer answer;
};

TEST(VerdictsTest, WhatAListSaysIsAskedEachTime) {
  const auto rules = loadRules(
      "SecRuleEngine On\nSecRule REMOTE_ADDR \"@rbl list.example\" \"id:1,phase:1,deny\"\n");
  OneList list;
  BlockListResolver::use(&list);
  TestRequest request;
  request.client_ip = "192.0.2.77";
  EXPECT_FALSE(runRequest(rules, request).interrupted);
  list.answer = {BlockListAnswer::Kind::Listed, 0x7f000002};
  EXPECT_TRUE(runRequest(rules, request).interrupted);
  list.answer = {BlockListAnswer::Kind::NotListed, 0};
  EXPECT_FALSE(runRequest(rules, request).interrupted);
  BlockListResolver::use(nullptr);
}

using Words = std::vector<uint64_t>;

TEST(VerdictTableTest, GivesOnlyWhatIsTheSameByteForByteAndOfTheSameProgram) {
  VerdictTable& table = VerdictTable::ofThread();
  const uint64_t hash = 77;
  table.store(1'000'001, hash, "text", Words{1, 6}, 1, {});
  const VerdictTable::Kept* kept = table.load(1'000'001, hash, "text");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->words, (Words{1, 6}));
  EXPECT_TRUE(kept->areas.empty());
  EXPECT_EQ(table.load(1'000'001, hash, "texT"), nullptr);
  EXPECT_EQ(table.load(1'000'002, hash, "text"), nullptr);
}

TEST(VerdictTableTest, JoinsWhatTwoTransactionsLearnt) {
  VerdictTable& table = VerdictTable::ofThread();
  table.store(1'000'003, 78, "text", Words{1, 6}, 1, {});
  table.store(1'000'003, 78, "text", Words{2, 5}, 1, {});
  const VerdictTable::Kept* kept = table.load(1'000'003, 78, "text");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->words, (Words{3, 4}));
}

TEST(VerdictTableTest, JoinsWhatTwoTransactionsLearntOfLargeGroups) {
  VerdictTable& table = VerdictTable::ofThread();
  const Words words{1, 1};
  const Words first{7, 1};
  const Words second{5, 3};
  const Words of_another{9};
  const auto store = [&](std::vector<VerdictTable::Area> areas) {
    table.store(1'000'005, 80, "text", words, 1, areas);
  };
  store({});
  store({{0, first}});
  store({{2, of_another}, {0, second}});
  store({});
  const VerdictTable::Kept* kept = table.load(1'000'005, 80, "text");
  ASSERT_NE(kept, nullptr);
  ASSERT_EQ(kept->areas.size(), 2U);
  EXPECT_EQ(kept->areas[0].number, 0U);
  EXPECT_EQ(kept->areas[0].words, (Words{5, 1}));
  EXPECT_EQ(kept->areas[1].number, 2U);
  EXPECT_EQ(kept->areas[1].words, of_another);
}

TEST(VerdictTableTest, WhatTakesAnOthersPlaceHasNothingOfItsLargeGroups) {
  VerdictTable& table = VerdictTable::ofThread();
  const Words words{1, 1};
  const Words area{7};
  const VerdictTable::Area areas[] = {{0, area}};
  for (int i = 0; i < 8; ++i) table.store(1'000'006, 81, std::to_string(i), words, 1, areas);
  for (int i = 8; i < 16; ++i) table.store(1'000'006, 81, std::to_string(i), words, 1, {});
  for (int i = 8; i < 16; ++i) {
    const VerdictTable::Kept* kept = table.load(1'000'006, 81, std::to_string(i));
    ASSERT_NE(kept, nullptr);
    EXPECT_TRUE(kept->areas.empty());
  }
}

TEST(VerdictTableTest, GivesUpTheOldestOfAFullSet) {
  VerdictTable& table = VerdictTable::ofThread();
  const Words words{1, 1};
  for (int i = 0; i < 9; ++i) table.store(1'000'004, 79, std::to_string(i), words, 1, {});
  EXPECT_EQ(table.load(1'000'004, 79, "0"), nullptr);
  EXPECT_NE(table.load(1'000'004, 79, "1"), nullptr);
  EXPECT_NE(table.load(1'000'004, 79, "8"), nullptr);
}

// What a body of many values holds does not come again: it must not drive out what does.
TEST(VerdictsTest, TheValuesOfALargeBodyAreNotKept) {
  const auto rules = loadRules(
      "SecRuleEngine On\nSecRequestBodyAccess On\n"
      "SecRule ARGS \"@detectXSS\" \"id:1,phase:2,pass,log,t:none\"\n"
      "SecRule ARGS \"@validateByteRange 32-126\" \"id:2,phase:2,pass,log,t:none\"\n"
      "SecRule ARGS \"@rx evil[0-9]\" \"id:3,phase:2,pass,log,t:none,t:lowercase\"\n");
  ASSERT_NE(rules, nullptr);
  TestRequest large;
  large.method = "POST";
  large.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  for (int i = 0; i < 900; ++i) {
    large.body += "a=" + std::string(i % 100 == 7 ? "evil4%3d" : "value") + std::to_string(i) + "&";
  }
  EXPECT_FALSE(runRequest(rules, large).rules.empty());
  const auto foundFor = [&](const std::string& value) {
    const uint64_t before = VerdictTable::lookups().found;
    matchesOf(rules, "/?a=" + value);
    return VerdictTable::lookups().found - before;
  };
  foundFor("first");
  EXPECT_EQ(foundFor("value123"), foundFor("value9123"));
}

// Values that a rule leaves out because they are slow do not cost it anything.
TEST(VerdictsTest, WhatARuleLeavesOutIsNotAskedAheadOfIt) {
  const auto costOf = [](const std::string& targets) {
    const auto rules = loadRules("SecRuleEngine On\nSecRule " + targets +
                                 " \"@rx ^(x+)(?:x+)+\\1[yz]\" \"id:1,phase:2,pass,log,t:none\"\n");
    EXPECT_NE(rules, nullptr);
    TestRequest request;
    request.uri = "/?a=short";
    for (int i = 0; i < 8; ++i)
      request.uri += "&blob=" + std::string(900 + static_cast<size_t>(i), 'x');
    Policy policy;
    policy.verdict_cache = false;
    std::chrono::nanoseconds best = std::chrono::hours(1);
    for (int round = 0; round < 3; ++round) {
      const auto start = threadCpuTime();
      runRequest(rules, request, policy);
      best = std::min(best, threadCpuTime() - start);
    }
    return best;
  };
  const auto all = costOf("ARGS");
  EXPECT_LT(costOf("ARGS|!ARGS:blob"), all / 3) << all.count() << " ns with them";
}

}  // namespace
}  // namespace waf
