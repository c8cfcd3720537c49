// What is known of a group of hundreds of rules is kept apart from what every content has; nothing
// of that shows.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "tests/waf/support/matches.h"
#include "waf/engine/program.h"
#include "waf/engine/verdicts.h"

namespace waf {
namespace {

std::string indicators(const std::string& targets, size_t first, size_t count,
                       const std::string& actions = "t:none,t:urlDecodeUni") {
  std::string out;
  for (size_t i = first; i < first + count; ++i) {
    out += "SecRule " + targets + " \"@rx (?:indicator|sign)" + std::to_string(i) +
           "(?:\\.php|/x[0-9]+)\" \"id:" + std::to_string(10000 + i) + ",phase:2,pass,log," +
           actions + "\"\n";
  }
  return out;
}

// A large group with rules of each kind among its own: reported by every scan, negated, chained,
// with several forms, a link of another chain, removed during the request.
std::string everyKind() {
  const std::string tail = ",t:none,t:urlDecodeUni";
  return "SecRuleEngine On\n"
         "SecRule ARGS:off \"@streq 1\" \"id:1,phase:1,pass,nolog,ctl:ruleRemoveById=10042\"\n"
         "SecRule ARGS:free \"@streq 1\" "
         "\"id:2,phase:1,pass,nolog,ctl:ruleRemoveTargetById=10043;ARGS:a\"\n" +
         indicators("ARGS", 0, 150) + "SecRule ARGS \"@detectSQLi\" \"id:11,phase:2,pass,log" +
         tail +
         "\"\n"
         "SecRule ARGS \"@validateByteRange 32-126\" \"id:12,phase:2,pass,log" +
         tail +
         "\"\n"
         "SecRule ARGS \"!@rx ^[a-z0-9./ ']*$\" \"id:13,phase:2,pass,log" +
         tail +
         "\"\n"
         "SecRule ARGS \"!@validateByteRange 9-255\" \"id:14,phase:2,pass,log" +
         tail +
         "\"\n"
         "SecRule ARGS \"@rx sign(7)\" \"id:15,phase:2,pass,log,capture,chain" +
         tail +
         "\"\n"
         "SecRule ARGS \"@rx x[0-9]{2}\" \"t:none,t:urlDecodeUni\"\n"
         "SecRule REQUEST_METHOD \"@streq GET\" \"id:16,phase:2,pass,log,chain\"\n"
         "SecRule ARGS \"!@rx sign\" \"t:none,t:urlDecodeUni,chain\"\n"
         "SecRule ARGS \"@rx indicator[0-9]*8\\.\" \"t:none,t:urlDecodeUni\"\n"
         "SecRule ARGS \"@rx (?:^|[^a])behind\" \"id:17,phase:2,pass,log" +
         tail +
         "\"\n"
         "SecRule ARGS \"@rx (sign[0-9])\\1\" \"id:18,phase:2,pass,log" +
         tail +
         "\"\n"
         "SecRule ARGS \"@rx ^$\" \"id:19,phase:2,pass,log" +
         tail + "\"\n" + indicators("ARGS", 150, 150) +
         "SecRule ARGS \"@rx indicator[0-9]+\" \"id:20,phase:2,pass,log,multiMatch,"
         "t:none,t:urlDecodeUni\"\n";
}

// Two large groups that look at some of the same contents, one of them at XML, too.
std::string twoGroups() {
  return "SecRuleEngine On\nSecRequestBodyAccess On\n"
         "SecRule REQUEST_HEADERS:Content-Type \"@contains xml\" "
         "\"id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=XML\"\n" +
         indicators("ARGS|XML:/*", 0, 160) + indicators("ARGS|REQUEST_HEADERS", 300, 260);
}

// Hundreds of rules that no scan knows.
std::string asked() {
  std::string out = "SecRuleEngine On\n" + indicators("ARGS", 0, 20);
  for (int i = 0; i < 300; ++i) {
    const std::string condition = i % 7 == 0   ? "!@gt " + std::to_string(i)
                                  : i % 2 == 1 ? "@gt " + std::to_string(i)
                                               : "@ipMatch 10.0.0." + std::to_string(i % 256);
    out += "SecRule ARGS \"" + condition + "\" \"id:" + std::to_string(20000 + i) +
           ",phase:2,pass," + (i % 5 == 0 ? "log" : "nolog") + ",t:none,t:urlDecodeUni\"\n";
  }
  return out;
}

const std::vector<std::string> kPieces{"indicator7.php",
                                       "sign7/x12",
                                       "sign7",
                                       "indicator42.php",
                                       "sign43/x1",
                                       "indicator158/x",
                                       "indicator158.php",
                                       "indicator8.",
                                       "hello",
                                       "/x12",
                                       "%2e.php",
                                       "+",
                                       "1'+or+'1'='1",
                                       "%01",
                                       "%c3%a9",
                                       "behind",
                                       "abehind",
                                       "sign5sign5",
                                       "",
                                       "A",
                                       "indicator301.php",
                                       "sign559%2fx3",
                                       "x[]",
                                       "some-words",
                                       "z",
                                       "150",
                                       "299",
                                       "10.0.0.10",
                                       "indicator401.php"};

class Requests {
 public:
  TestRequest next() {
    TestRequest request;
    request.uri = "/?a=" + value();
    for (size_t count = random_() % 8; count > 0; --count) {
      request.uri += "&n" + std::to_string(count) + "=" + value();
    }
    if (random_() % 5 == 0) request.uri += "&off=1";
    if (random_() % 5 == 0) request.uri += "&free=1";
    if (random_() % 6 == 0) request.uri += "&long=" + std::string(3000, 'y') + value();
    if (random_() % 3 == 0) request.headers.emplace_back("X-A", value());
    if (random_() % 6 == 0) {
      request.method = "POST";
      request.headers.emplace_back("Content-Type", "text/xml");
      request.body = "<a><b>" + value() + "</b>indicator9.php</a>";
    }
    return request;
  }

 private:
  std::string value() {
    std::string out;
    for (size_t count = random_() % 4; count > 0; --count) {
      out += kPieces[random_() % kPieces.size()];
    }
    return out;
  }

  std::mt19937 random_{31};
};

// The rules that matched somewhere.
std::set<std::string> compare(const std::shared_ptr<const RuleSet>& rules, const std::string& text,
                              int rounds) {
  const auto reference = RuleSet::loadText(text, "rules.conf", "", false).rule_set;
  std::set<std::string> found;
  if (rules == nullptr || reference == nullptr) return found;
  Requests requests;
  for (int round = 0; round < rounds; ++round) {
    const TestRequest request = requests.next();
    const auto expected = matchesOf(reference, request, false);
    EXPECT_EQ(matchesOf(rules, request, false), expected) << request.uri;
    EXPECT_EQ(matchesOf(rules, request, true), expected) << request.uri;
    EXPECT_EQ(matchesOf(rules, request, true), expected) << "again: " << request.uri;
    if (::testing::Test::HasFailure()) return found;
    for (const std::string& match : expected) found.insert(match.substr(0, match.find(' ')));
  }
  return found;
}

TEST(LargeGroupsTest, WhatIsFoundIsWhatRuleByRuleFinds) {
  const auto found = compare(loadRules(everyKind()), everyKind(), 600);
  for (const char* id : {"10007", "10042", "10043", "10158", "11", "12", "13", "14", "15", "16",
                         "17", "18", "19", "20"}) {
    EXPECT_TRUE(found.contains(id)) << id;
  }
}

TEST(LargeGroupsTest, TheSameOfSeveralLargeGroups) {
  const auto found = compare(loadRules(twoGroups()), twoGroups(), 400);
  for (const char* id : {"10007", "10009", "10158", "10301", "10559"}) {
    EXPECT_TRUE(found.contains(id)) << id;
  }
}

TEST(LargeGroupsTest, TheSameOfRulesThatNoScanKnows) {
  const auto found = compare(loadRules(asked()), asked(), 120);
  for (const char* id : {"10007", "20000", "20005", "20010"}) {
    EXPECT_TRUE(found.contains(id)) << id;
  }
}

// While the databases are being compiled every rule is one that no scan knows.
TEST(LargeGroupsTest, TheSameOfASetWithoutItsDatabases) {
  const std::string path = (std::filesystem::temp_directory_path() / "large-groups-test").string() +
                           std::to_string(::getpid()) + ".conf";
  const std::string text =
      everyKind() + indicators("REQUEST_HEADERS", 400, 200, "t:none,t:lowercase");
  std::ofstream(path) << text;
  RuleSetOptions options;
  options.paths = {path};
  options.cached_databases_only = true;
  const auto rules = RuleSet::load(options).rule_set;
  std::filesystem::remove(path);
  ASSERT_NE(rules, nullptr);
  EXPECT_TRUE(rules->statistics().provisional);
  ASSERT_EQ(rules->program().large_groups.size(), 2U);
  EXPECT_FALSE(rules->program().largeGroup(1).always_apart);
  const auto found = compare(rules, text, 400);
  EXPECT_TRUE(found.contains("10007"));
  EXPECT_TRUE(found.contains("10401"));
}

TEST(LargeGroupsTest, AContentHasNoBitForEachRule) {
  const auto rules = loadRules(everyKind());
  ASSERT_NE(rules, nullptr);
  const Program& program = rules->program();
  ASSERT_EQ(program.large_groups.size(), 1U);
  EXPECT_TRUE(program.largeGroup(0).always_apart);
  EXPECT_LT(program.slots, 30U);
  const auto unscanned = loadRules(asked());
  ASSERT_NE(unscanned, nullptr);
  ASSERT_EQ(unscanned->program().large_groups.size(), 1U);
  EXPECT_FALSE(unscanned->program().largeGroup(0).always_apart);
  EXPECT_LT(unscanned->program().slots, 60U);  // the negated have one each
  EXPECT_TRUE(
      loadRules("SecRuleEngine On\n" + indicators("ARGS", 0, 127))->program().large_groups.empty());
}

const Rule* ruleOf(const Program& program, int64_t id) {
  for (const Rule& rule : program.rules) {
    if (rule.id == id && rule.is_starter) return &rule;
  }
  return nullptr;
}

class VerdictAreasTest : public ::testing::Test {
 protected:
  static const Program& program() {
    static const auto rules =
        loadRules("SecRuleEngine On\n" + indicators("ARGS", 0, 300) +
                  "SecRule ARGS \"@detectSQLi\" \"id:1,phase:2,pass,t:none,t:urlDecodeUni\"\n");
    return rules->program();
  }

  const Program& program_ = program();
  const Rule& one_ = *ruleOf(program_, 10003);
  const Rule& other_ = *ruleOf(program_, 10299);
  const Rule& asked_ = *ruleOf(program_, 1);
  const size_t group_ = static_cast<size_t>(one_.group);

  BitSet hits(std::vector<const Rule*> rules) const {
    BitSet out = program_.groups[group_].scan->alwaysReported();
    for (const Rule* rule : rules) out.set(rule->group_slot);
    return out;
  }
  static Value valueOf(std::string_view text) {
    Value value;
    value.text = text;
    return value;
  }
};

TEST_F(VerdictAreasTest, AScanThatFindsNothingMakesNone) {
  Arena arena;
  Verdicts verdicts(program_, &arena, false);
  const Value value = valueOf("nothing");
  Verdict& verdict = verdicts.of(value);
  EXPECT_TRUE(verdicts.mayMatch(verdict, one_));
  verdicts.learn(&verdict, group_, hits({}));
  EXPECT_TRUE(verdict.knows(group_));
  EXPECT_EQ(verdict.areas, nullptr);
  EXPECT_FALSE(verdicts.mayMatch(verdict, one_));
  EXPECT_TRUE(verdicts.mayMatch(verdict, asked_));
  BitSet found(program_.groups[group_].scan->slots());
  verdicts.addHits(verdict, group_, &found);
  EXPECT_EQ(found, hits({}));
}

TEST_F(VerdictAreasTest, TellsWhichRulesMayMatchUntilNoneDoes) {
  Arena arena;
  Verdicts verdicts(program_, &arena, false);
  const Value value = valueOf("one and other");
  Verdict& verdict = verdicts.of(value);
  verdicts.learn(&verdict, group_, hits({&one_, &other_}));
  EXPECT_TRUE(verdicts.hasMore(verdict, 0));
  EXPECT_TRUE(verdicts.mayMatch(verdict, one_));
  EXPECT_TRUE(verdicts.mayMatch(verdict, other_));
  EXPECT_FALSE(verdicts.mayMatch(verdict, *ruleOf(program_, 10004)));
  BitSet found(program_.groups[group_].scan->slots());
  verdicts.addHits(verdict, group_, &found);
  EXPECT_EQ(found, hits({&one_, &other_}));
  verdicts.clearSlot(&verdict, one_);
  EXPECT_FALSE(verdicts.mayMatch(verdict, one_));
  EXPECT_TRUE(verdicts.hasMore(verdict, 0));
  verdicts.clearSlot(&verdict, other_);
  EXPECT_FALSE(verdicts.hasMore(verdict, 0));
}

TEST_F(VerdictAreasTest, ARuleThatIsRuledOutLeavesTheOthersOfAnUnknownGroup) {
  Arena arena;
  Verdicts verdicts(program_, &arena, false);
  const Value value = valueOf("unknown");
  Verdict& verdict = verdicts.of(value);
  verdicts.clearSlot(&verdict, one_);
  EXPECT_FALSE(verdict.knows(group_));
  EXPECT_FALSE(verdicts.mayMatch(verdict, one_));
  EXPECT_TRUE(verdicts.mayMatch(verdict, other_));
  verdicts.learn(&verdict, group_, hits({&one_, &other_}));
  EXPECT_FALSE(verdicts.mayMatch(verdict, one_));
  EXPECT_TRUE(verdicts.mayMatch(verdict, other_));
}

TEST_F(VerdictAreasTest, IsThereForTheNextTransaction) {
  const std::string text = "an indicator of the transaction before";
  {
    Arena arena;
    Verdicts verdicts(program_, &arena, true);
    const Value value = valueOf(text);
    verdicts.learn(&verdicts.of(value), group_, hits({&other_}));
    verdicts.store();
  }
  Arena arena;
  Verdicts verdicts(program_, &arena, true);
  const Value value = valueOf(text);
  Verdict& verdict = verdicts.of(value);
  EXPECT_FALSE(verdict.fresh);
  EXPECT_TRUE(verdicts.mayMatch(verdict, other_));
  EXPECT_FALSE(verdicts.mayMatch(verdict, one_));
  verdicts.clearSlot(&verdict, other_);
  verdicts.store();
  Verdicts after(program_, &arena, true);
  const Value again = valueOf(text);
  EXPECT_FALSE(after.hasMore(after.of(again), 0));
  EXPECT_FALSE(after.mayMatch(after.of(again), other_));
}

TEST_F(VerdictAreasTest, ASumHoldsWhatAnyOfItsContentsHas) {
  {
    Arena arena;
    Verdicts verdicts(program_, &arena, true);
    const Value first = valueOf("sum of one");
    const Value second = valueOf("sum of other");
    const Value third = valueOf("sum of none");
    verdicts.learn(&verdicts.of(first), group_, hits({&one_}));
    verdicts.learn(&verdicts.of(second), group_, hits({&other_}));
    verdicts.learn(&verdicts.of(third), group_, hits({}));
    verdicts.store();
  }
  Arena arena;
  Verdicts verdicts(program_, &arena, true);
  const auto sumOf = [&](std::initializer_list<const char*> texts) {
    std::pmr::vector<Value> values;
    for (const char* text : texts) values.push_back(valueOf(text));
    verdicts.renewSums();
    BitSet found(program_.groups[group_].scan->slots());
    std::pmr::vector<const Value*> fresh;
    EXPECT_TRUE(verdicts.addCollection(VariableId::Args, values, group_, &found, &fresh));
    EXPECT_TRUE(fresh.empty());
    return found;
  };
  EXPECT_EQ(sumOf({"sum of none", "sum of one", "sum of other"}), hits({&one_, &other_}));
  EXPECT_EQ(sumOf({"sum of none"}), hits({}));
  EXPECT_EQ(sumOf({"sum of other", "sum of none"}), hits({&other_}));
}

}  // namespace
}  // namespace waf
