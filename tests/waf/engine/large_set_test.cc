// A list of indicators is a rule set of thousands of rules; a smaller one of the same kinds as
// tests/bench/generate_rules.py writes.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"

namespace waf {
namespace {

std::string rule(size_t number) {
  const std::string n = std::to_string(number);
  const std::string id = std::to_string(100000 + number);
  if (number % 3 == 0) {
    return "SecRule REQUEST_URI|ARGS \"@rx (?i)/evil" + n +
           "(?:\\.php|/shell[0-9]+)\\b\" \"id:" + id + ",phase:2,deny,t:none,t:urlDecodeUni\"\n";
  }
  if (number % 3 == 1) {
    return "SecRule REMOTE_ADDR \"@ipMatch 10.1." + std::to_string(number >> 8) + "." +
           std::to_string(number & 255) + "/32\" \"id:" + id + ",phase:1,deny\"\n";
  }
  return "SecRule REQUEST_HEADERS:User-Agent \"@streq scanner/" + n + "\" \"id:" + id +
         ",phase:1,deny,t:none\"\n";
}

TEST(LargeSetTest, ThousandsOfRulesOfThreeKindsLoadAndRun) {
  constexpr size_t kRules = 3000;
  std::string text = "SecRuleEngine On\n";
  for (size_t i = 0; i < kRules; ++i) text += rule(i);
  const auto rules = loadRules(text);
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(rules->statistics().rules, kRules);

  TestRequest request;
  EXPECT_FALSE(runRequest(rules, request).interrupted);
  request.uri = "/a%2FEVIL2997.php?b=1";
  EXPECT_EQ(runRequest(rules, request).rule_id, 102997);
  request.uri = "/?q=/evil3/shell12";
  EXPECT_EQ(runRequest(rules, request).rule_id, 100003);
  request.uri = "/";
  request.client_ip = "10.1.11.182";  // 11 * 256 + 182 = 2998
  EXPECT_EQ(runRequest(rules, request).rule_id, 102998);
  request.client_ip = "192.0.2.1";
  request.headers = {{"User-Agent", "scanner/2999"}};
  EXPECT_EQ(runRequest(rules, request).rule_id, 102999);
  request.headers = {{"User-Agent", "scanner/29990"}};
  EXPECT_FALSE(runRequest(rules, request).interrupted);
}

}  // namespace
}  // namespace waf
