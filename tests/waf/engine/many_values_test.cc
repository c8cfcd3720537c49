// A request of many values costs in proportion to them; what is found in them is what rule by rule
// finds.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "tests/waf/support/engine_harness.h"
#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

std::chrono::nanoseconds timeOf(const std::shared_ptr<const RuleSet>& rules, int values) {
  std::string body;
  for (int i = 0; i < values; ++i) body += "a=" + std::to_string(1'000'000 + i) + "&";
  Policy policy;
  policy.verdict_cache = false;
  const auto start = threadCpuTime();
  Transaction transaction(rules, policy);
  transaction.requestLine("POST", "/", "HTTP/1.1");
  transaction.addRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  transaction.requestHeaders();
  transaction.appendRequestBody(body);
  EXPECT_FALSE(transaction.requestBody());
  EXPECT_FALSE(transaction.inspectionFailure());
  return threadCpuTime() - start;
}

TEST(ManyValuesTest, EightTimesTheValuesTakeNoSquareOfTheTime) {
  const auto rules = loadRules(
      "SecRuleEngine On\nSecRequestBodyAccess On\nSecArgumentsLimit 1000000\n"
      "SecRequestBodyLimit 16777216\nSecRequestBodyNoFilesLimit 16777216\n"
      "SecRule ARGS \"@rx evil[0-9]+\" \"id:1,phase:2,deny\"\n");
  ASSERT_NE(rules, nullptr);
  // Memory that was used once stays: where a page fault is dear (in some virtual machines) the
  // faults of the larger request would be most of its time.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  auto many = timeOf(rules, 256'000);
  auto few = timeOf(rules, 32'000);
  for (int i = 0; i < 3; ++i) {
    few = std::min(few, timeOf(rules, 32'000));
    many = std::min(many, timeOf(rules, 256'000));
  }
  // Where each value looked through the others it was about 80 times; past the caches, and with the
  // page faults of the larger memory, what is in proportion is about 22.
  EXPECT_LT(many, few * 45) << few.count() << " and " << many.count() << " ns";
}

std::shared_ptr<const RuleSet> loadWith(const std::string& text, bool use_hyperscan) {
  const std::string path = (std::filesystem::temp_directory_path() / "many-values-test").string() +
                           std::to_string(::getpid()) + ".conf";
  std::ofstream(path) << text;
  RuleSetOptions options;
  options.paths = {path};
  options.use_hyperscan = use_hyperscan;
  const auto loaded = RuleSet::load(options);
  std::filesystem::remove(path);
  for (const Diagnostic& diagnostic : loaded.diagnostics) ADD_FAILURE() << diagnostic.toString();
  return loaded.rule_set;
}

std::vector<std::string> matchesOf(const std::shared_ptr<const RuleSet>& rules,
                                   const TestRequest& request) {
  std::vector<std::string> out;
  const TestOutcome outcome = runRequest(rules, request);
  out.push_back(std::to_string(outcome.status) + " by " + std::to_string(outcome.rule_id));
  for (const MatchedRule& rule : outcome.rules) {
    out.push_back(std::to_string(rule.id) + " " + rule.variable + " " + rule.value + " " +
                  rule.message);
  }
  return out;
}

// Rules of each kind over the arguments: patterns, several forms, operators that no scan knows,
// negated, chained, behind a gate, with targets left out before and during the request.
constexpr const char* kEveryKind =
    "SecRuleEngine On\nSecRequestBodyAccess On\nSecArgumentsLimit 100000\n"
    "SecRequestBodyNoFilesLimit 10000000\nSecRequestBodyLimit 10000000\n"
    "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.level=1\"\n"
    "SecRule ARGS \"@rx evil[0-9]+\" \"id:2,phase:2,pass,log,t:none,t:urlDecodeUni,t:lowercase\"\n"
    "SecRule ARGS|ARGS_NAMES \"@pm attack union\" \"id:3,phase:2,pass,log,t:none,t:lowercase\"\n"
    "SecRule ARGS \"@rx ^\\s*boundary$\" \"id:4,phase:2,pass,log,multiMatch,t:none,t:urlDecodeUni,"
    "t:lowercase,t:removeWhitespace\"\n"
    "SecRule ARGS \"@detectSQLi\" \"id:5,phase:2,pass,log,t:none,t:urlDecodeUni\"\n"
    "SecRule ARGS \"@validateByteRange 32-126\" \"id:6,phase:2,pass,log,t:none\"\n"
    "SecRule ARGS \"!@rx ^[ -~]*$\" \"id:7,phase:2,pass,log,t:none,t:lowercase\"\n"
    "SecRule ARGS \"!@validateUtf8Encoding\" \"id:8,phase:2,pass,nolog,setvar:tx.valid=+1\"\n"
    "SecRule TX:valid \"@gt 0\" \"id:9,phase:2,pass,log,msg:'%{tx.valid}'\"\n"
    "SecRule ARGS \"@rx [\\n\\r]\" \"id:10,phase:2,pass,log,t:none\"\n"
    "SecRule ARGS \"@rx (chained)\" \"id:11,phase:2,pass,log,t:none,capture,chain\"\n"
    "SecRule ARGS_NAMES \"@rx ^hid\" \"t:none\"\n"
    "SecRule TX:level \"@lt 2\" \"id:12,phase:2,pass,nolog,skipAfter:END\"\n"
    "SecRule ARGS \"@rx some\" \"id:13,phase:2,pass,log,t:none,t:trim\"\n"
    "SecMarker END\n"
    "SecAction \"id:14,phase:2,pass,nolog,ctl:ruleRemoveTargetById=15;ARGS:hidden\"\n"
    "SecRule ARGS|!ARGS:name7 \"@rx left(out)?\" \"id:15,phase:2,pass,log,t:none,t:trim\"\n"
    "SecRule ARGS \"@rx (?<!a)backwards\" \"id:16,phase:2,pass,log,t:none\"\n"
    "SecRule ARGS \"@rx [a-z0-9]{900}\" \"id:17,phase:2,pass,log,t:none\"\n"
    "SecRule &ARGS \"@gt 100\" \"id:18,phase:2,pass,log,msg:'%{MATCHED_VAR}'\"\n"
    "SecRule ARGS \"@rx ^finally$\" \"id:19,phase:2,deny,status:409,t:none,t:base64Decode\"\n";

TEST(ManyValuesTest, WhatIsFoundInThemIsWhatRuleByRuleFinds) {
  const auto quick = loadWith(kEveryKind, true);
  const auto reference = loadWith(kEveryKind, false);
  ASSERT_NE(quick, nullptr);
  ASSERT_NE(reference, nullptr);
  const std::vector<std::string> found = {"EVIL42",
                                          "evil%254%32",
                                          "an+Attack",
                                          "%20bound%20ary",
                                          "1%27+or+%271%27=%271",
                                          "caf%c3%a9",
                                          "caf%e9",
                                          "two%0alines",
                                          "a+chained+one",
                                          "left",
                                          "++leftout+",
                                          "backwards",
                                          "abackwards",
                                          "",
                                          "ZmluYWxseQ==",
                                          "%00",
                                          "some+thing",
                                          "union+select",
                                          "%5c%5c",
                                          "+"};
  // Each of them in the first block or a later one and now and then after; and a long value.
  constexpr std::array kPlaces{0, 300, 1199};
  for (size_t i = 0; i <= found.size(); ++i) {
    const int place = kPlaces[i % kPlaces.size()];
    TestRequest request;
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    for (int value = 0; value < 1200; ++value) {
      request.body += value == place ? "hidden=" : "name" + std::to_string(value) + "=";
      if (i == found.size() && value == place) {
        request.body += std::string(3000, 'x') + "evil1";
      } else if (i < found.size() && (value == place || value % 97 == 7)) {
        request.body += found[i];
      } else {
        request.body += "Value+" + std::to_string(value % 700);
      }
      request.body += '&';
    }
    request.headers.emplace_back("Content-Length", std::to_string(request.body.size()));
    const auto expected = matchesOf(reference, request);
    EXPECT_GT(expected.size(), 1u);
    EXPECT_EQ(matchesOf(quick, request), expected) << i;
    EXPECT_EQ(matchesOf(quick, request), expected) << i << " again";
  }
}

}  // namespace
}  // namespace waf
