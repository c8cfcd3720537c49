// What a bound keeps from the rules is flagged and left to the failure policy, never dropped in
// silence.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/request_sink.h"
#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

struct Seen {
  std::optional<Interruption> stop;
  std::optional<InspectionFailure> failure;
  std::vector<MatchedRule> rules;
};

Seen see(const std::shared_ptr<const RuleSet>& set, const std::string& uri,
         const std::vector<std::pair<std::string, std::string>>& headers = {},
         const std::string& body = "") {
  Transaction transaction(set, Policy{});
  transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
  transaction.requestLine("POST", uri, "HTTP/1.1");
  transaction.addRequestHeader("Host", "localhost");
  for (const auto& [name, value] : headers) transaction.addRequestHeader(name, value);
  Seen seen;
  seen.stop = transaction.requestHeaders();
  if (!seen.stop) {
    transaction.appendRequestBody(body);
    seen.stop = transaction.requestBody();
  }
  seen.failure = transaction.inspectionFailure();
  transaction.logging();
  seen.rules = transaction.takeMatchedRules();
  return seen;
}

Seen seeLone(const std::string& rules, const std::string& uri,
             const std::vector<std::pair<std::string, std::string>>& headers = {},
             const std::string& body = "") {
  return see(loadRules("SecRuleEngine On\nSecRequestBodyAccess On\nSecArgumentsLimit 3\n" + rules),
             uri, headers, body);
}

const std::pair<std::string, std::string> kForm{"Content-Type",
                                                "application/x-www-form-urlencoded"};
const std::string kError = "SecRule REQBODY_ERROR \"@eq 1\" \"id:1,phase:2,deny,status:400\"";
const std::string kFlag =
    "SecRule TX:MSC_ARGUMENTS_LIMIT_EXCEEDED \"@eq 1\" \"id:1,phase:1,deny,status:400\"";

std::string cookies(size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += "a=1;";
  return out;
}

TEST(UninspectedTest, ArgumentsOfAQueryPastTheLimitAreFlagged) {
  EXPECT_TRUE(seeLone(kError, "/?a=1&b=2&c=3&d=4").stop);
  EXPECT_TRUE(seeLone(kFlag, "/?a=1&b=2&c=3&d=4").stop);
  const Seen seen = seeLone("", "/?a=1&b=2&c=3&d=4");
  ASSERT_TRUE(seen.failure);
  EXPECT_EQ(seen.failure->status, 400);
  EXPECT_EQ(seen.failure->message, "the request has more than 3 arguments (SecArgumentsLimit)");
}

TEST(UninspectedTest, ArgumentsAtTheLimitAreNot) {
  for (const char* uri : {"/?a=1&b=2&c=3", "/?a=1&b=2&c=3&", "/?a=1&&c=3"}) {
    const Seen seen = seeLone(kError, uri);
    EXPECT_FALSE(seen.stop) << uri;
    EXPECT_FALSE(seen.failure) << uri;
  }
  EXPECT_FALSE(seeLone(kError, "/?a=1", {kForm}, "b=2&c=3").failure);
}

TEST(UninspectedTest, TheQuerysArgumentsAndTheBodysCountTogether) {
  const Seen seen = seeLone(kError, "/?a=1&b=2", {kForm}, "c=3&d=4");
  EXPECT_TRUE(seen.stop);
  EXPECT_TRUE(seen.failure);
  const Seen json = seeLone("SecAction \"id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON\"",
                            "/?a=1&b=2", {{"Content-Type", "application/json"}}, "[1,2]");
  EXPECT_TRUE(json.failure);
}

TEST(UninspectedTest, CookiesPastTheBoundAreFlagged) {
  const std::string rule =
      "SecRule TX:MSC_COOKIES_LIMIT_EXCEEDED \"@eq 1\" \"id:1,phase:1,deny,status:400\"";
  EXPECT_FALSE(seeLone(rule, "/", {{"Cookie", cookies(RequestSink::kMaxCookies)}}).stop);
  const std::string many = cookies(RequestSink::kMaxCookies + 1);
  EXPECT_TRUE(seeLone(rule, "/", {{"Cookie", many}}).stop);
  EXPECT_TRUE(seeLone("", "/", {{"Cookie", many}}).failure);
  EXPECT_TRUE(seeLone("SecCookieFormat 1", "/", {{"Cookie", many}}).failure);
  EXPECT_TRUE(
      seeLone("SecCookieV0Separator ,", "/", {{"Cookie", cookies(1) + std::string(1001, ',')}})
          .failure == std::nullopt);
}

TEST(UninspectedTest, ABodyPastTheLimitWithoutFilesIsTheFailurePolicysToo) {
  const Seen seen =
      seeLone("SecRequestBodyNoFilesLimit 10", "/", {kForm}, "a=" + std::string(20, 'x'));
  ASSERT_TRUE(seen.failure);
  EXPECT_EQ(seen.failure->status, 413);
  EXPECT_FALSE(seeLone("SecRequestBodyNoFilesLimit 10\nSecRequestBodyLimitAction ProcessPartial",
                       "/", {kForm}, "a=" + std::string(20, 'x'))
                   .failure);
}

// Each argument is slow for the rule, and none is over a limit of its own.
TEST(UninspectedTest, ManyArgumentsThatExplodeTakeTheRequestsBudgetAndNoMore) {
  const auto set = loadRules(
      "SecRuleEngine On\nSecRequestBodyAccess On\n"
      "SecRule ARGS \"@rx <[^\\w<>]*(?:[^<>\\x22'\\s]*:)?[^\\w<>]*[^>]*[^>]*(?=q)onx\" "
      "\"id:1,phase:2,deny\"\n");
  std::string body;
  for (int i = 0; i < 200; ++i) {
    body += "a" + std::to_string(i) + "=" + std::to_string(i) + std::string(3000, '<') + "onx&";
  }
  const auto start = threadCpuTime();
  Transaction transaction(set, Policy{});
  transaction.requestLine("POST", "/", "HTTP/1.1");
  transaction.addRequestHeader(kForm.first, kForm.second);
  transaction.requestHeaders();
  transaction.appendRequestBody(body);
  EXPECT_FALSE(transaction.requestBody());
  EXPECT_TRUE(transaction.limitsExceeded());
  EXPECT_LT(threadCpuTime() - start, std::chrono::seconds(2));
}

TEST(UninspectedTest, AResponseThatARuleCannotDecideIsTheFailurePolicys) {
  const auto set = loadRules(
      "SecRuleEngine On\nSecResponseBodyAccess On\nSecPcreMatchLimit 1000\n"
      "SecRule RESPONSE_BODY \"@rx ^(?:a+)+(?=cz)[bc]\" \"id:1,phase:4,deny\"\n");
  Transaction transaction(set, Policy{});
  transaction.requestLine("GET", "/", "HTTP/1.1");
  transaction.requestHeaders();
  transaction.requestBody();
  transaction.addResponseHeader("Content-Type", "text/html");
  transaction.responseHeaders(200, "HTTP/1.1");
  transaction.appendResponseBody(std::string(60, 'a') + "b cz");
  EXPECT_FALSE(transaction.responseBody());
  ASSERT_TRUE(transaction.inspectionFailure());
  EXPECT_EQ(transaction.inspectionFailure()->status, 502);
}

// Each look is cheap and no limit of its own is near; there are many, for no scan understands the
// back reference.
std::string manyRules() {
  std::string rules = "SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess On\n";
  for (int i = 1; i <= 800; ++i) {
    rules += "SecRule ARGS|RESPONSE_HEADERS \"!@rx (x)[yz]\\1\" \"id:" + std::to_string(i) +
             ",phase:" + (i % 2 == 0 ? "2" : "3") + ",pass,nolog\"\n";
  }
  return rules;
}

std::string manyArguments() {
  std::string body;
  for (int i = 0; i < 900; ++i) body += "a" + std::to_string(i) + "=" + std::string(900, 'x') + "&";
  return body;
}

TEST(UninspectedTest, ARequestThatTakesMoreThanItsTimeIsTheFailurePolicys) {
  const auto set = loadRules(manyRules());
  Policy policy;
  policy.budget = std::chrono::milliseconds(20);
  const std::string body = manyArguments();
  const auto inspect = [&](const Policy& how) {
    Transaction transaction(set, how);
    transaction.requestLine("POST", "/", "HTTP/1.1");
    transaction.addRequestHeader(kForm.first, kForm.second);
    transaction.requestHeaders();
    transaction.appendRequestBody(body);
    EXPECT_FALSE(transaction.requestBody());
    return transaction.inspectionFailure();
  };
  const auto start = threadCpuTime();
  EXPECT_FALSE(inspect(Policy{}));
  const auto whole = threadCpuTime() - start;
  ASSERT_GT(whole, std::chrono::milliseconds(60)) << "the test needs a slower request";
  const auto failure = inspect(policy);
  const auto cut = threadCpuTime() - start - whole;
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->status, 403);
  EXPECT_EQ(failure->message,
            "the inspection took more than 20 ms of the processor (waf.inspection_budget_ms)");
  EXPECT_LT(cut, whole);
}

TEST(UninspectedTest, TheResponseHasTheWholeTimeAgain) {
  const auto set = loadRules(manyRules());
  Policy policy;
  policy.budget = std::chrono::milliseconds(20);
  Transaction transaction(set, policy);
  transaction.requestLine("POST", "/", "HTTP/1.1");
  transaction.addRequestHeader(kForm.first, kForm.second);
  transaction.requestHeaders();
  transaction.appendRequestBody(manyArguments());
  transaction.requestBody();
  EXPECT_TRUE(transaction.inspectionFailure());
  // Phase 3 asks for the arguments as well, and is over its time by itself.
  transaction.responseHeaders(200, "HTTP/1.1");
  ASSERT_TRUE(transaction.inspectionFailure());
  EXPECT_EQ(transaction.inspectionFailure()->status, 502);

  Transaction plain(set, policy);
  plain.requestLine("GET", "/?a=b", "HTTP/1.1");
  plain.requestHeaders();
  plain.requestBody();
  plain.responseHeaders(200, "HTTP/1.1");
  EXPECT_FALSE(plain.inspectionFailure());
}

TEST(UninspectedTest, OurOwnRulesRefuseIt) {
  RuleSetOptions options;
  options.paths = {SOURCE_DIR "/rules"};
  options.use_hyperscan = false;
  const auto loaded = RuleSet::load(options);
  ASSERT_NE(loaded.rule_set, nullptr);
  std::string query = "/?";
  for (int i = 0; i <= 2000; ++i) query += "a=1&";
  const auto refusedBy = [](const Seen& seen) { return seen.stop ? seen.stop->rule_id : 0; };
  EXPECT_EQ(refusedBy(see(loaded.rule_set, query)), 3000250);
  EXPECT_EQ(refusedBy(see(loaded.rule_set, "/", {kForm}, query.substr(2))), 3000250);
  EXPECT_EQ(refusedBy(see(loaded.rule_set, "/", {{"Cookie", cookies(1001)}})), 3000250);
  EXPECT_EQ(refusedBy(see(loaded.rule_set, query.substr(0, 4000))), 0);
}

}  // namespace
}  // namespace waf
