// sanitise… actions: what they hide is hidden wherever the event shows it.
#include <gtest/gtest.h>

#include "tests/waf/support/engine_harness.h"
#include "waf/engine/sanitised.h"
#include "waf/event/masking.h"

namespace waf {
namespace {

const std::string kOn = "SecRuleEngine On\nSecRequestBodyAccess On\n";

struct Shown {
  std::string uri;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<MatchedRule> rules;
  std::vector<std::string> secrets;
};

Shown show(const std::string& rules, const TestRequest& request) {
  const auto set = loadRules(kOn + rules);
  Transaction transaction(set, Policy{});
  transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
  transaction.requestLine(request.method, request.uri, "HTTP/1.1");
  for (const auto& [name, value] : request.headers) transaction.addRequestHeader(name, value);
  transaction.requestHeaders();
  transaction.appendRequestBody(request.body);
  transaction.requestBody();
  transaction.logging();
  Shown shown;
  shown.uri = transaction.shownUri(request.uri);
  shown.body = transaction.bodyExcerpt();
  for (const auto& [name, value] : request.headers) {
    shown.headers.emplace_back(name, transaction.shownHeader(name, value));
  }
  shown.rules = transaction.takeMatchedRules();
  shown.secrets = transaction.secrets(Masking());
  return shown;
}

TestRequest form(const std::string& uri, const std::string& body) {
  TestRequest request;
  request.method = "POST";
  request.uri = uri;
  request.headers = {{"Host", "a"},
                     {"Content-Type", "application/x-www-form-urlencoded"},
                     {"Referer", "https://a/?pin=hunter22"},
                     {"Authorization", "Basic dXNlcjpwdw=="}};
  request.body = body;
  return request;
}

TEST(SanitiseTest, AnArgumentIsHiddenWhereverItStands) {
  const Shown shown = show(
      "SecAction \"id:1,phase:2,nolog,pass,sanitiseArg:pin\"\n"
      "SecRule REQUEST_METHOD \"@streq POST\" \"id:2,phase:2,pass,msg:'m %{ARGS.pin}',"
      "logdata:'d %{ARGS_POST.pin} of %{QUERY_STRING}',tag:'t/%{ARGS.pin}'\"",
      form("/?a=1&pin=hunter%322&b=2", "x=1&pin=other+pin&y=2"));
  EXPECT_EQ(shown.uri, "/?a=1&pin=**********&b=2");
  EXPECT_EQ(shown.body, "x=1&pin=*********&y=2");
  EXPECT_EQ(shown.headers[2].second, "https://a/?pin=********");
  ASSERT_EQ(shown.rules.size(), 1u);
  EXPECT_EQ(shown.rules[0].message, "m ********");
  EXPECT_EQ(shown.rules[0].data, "d ********* of a=1&pin=**********&b=2");
  EXPECT_EQ(shown.rules[0].tags[0], "t/********");
}

TEST(SanitiseTest, AValueThatStandsElsewhereTooIsHiddenAtItsOwnPlace) {
  const Shown shown = show("SecAction \"id:1,phase:2,nolog,pass,sanitiseArg:pin\"",
                           form("/?a=1&pin=1", "a=1&pin=1"));
  EXPECT_EQ(shown.uri, "/?a=1&pin=*");
  EXPECT_EQ(shown.body, "a=1&pin=*");
}

TEST(SanitiseTest, AHeaderIsHiddenInWhatRulesWrote) {
  const Shown shown = show(
      "SecAction \"id:1,phase:1,nolog,pass,sanitiseRequestHeader:Authorization\"\n"
      "SecRule REQUEST_METHOD \"@streq POST\" \"id:2,phase:1,pass,"
      "logdata:'%{REQUEST_HEADERS.Authorization}'\"\n"
      "SecRule REQUEST_HEADERS:Authorization \"@rx c (.+)\" "
      "\"id:3,phase:1,pass,capture,msg:'%{TX.1}'\"",
      form("/", ""));
  EXPECT_EQ(shown.headers[3].second, "******************");
  ASSERT_EQ(shown.rules.size(), 2u);
  EXPECT_EQ(shown.rules[0].data, "******************");
  EXPECT_EQ(shown.rules[1].value, "******************");
  EXPECT_EQ(shown.rules[1].message, "************");
}

TEST(SanitiseTest, WorksInALinkOfAChain) {
  const Shown shown = show(
      "SecRule REQUEST_METHOD \"@streq POST\" \"id:1,phase:2,pass,chain,logdata:'%{MATCHED_VAR}',"
      "msg:'%{MATCHED_VAR_NAME}'\"\n"
      "SecRule ARGS:pin \"@rx .\" \"t:lowercase,sanitiseMatched\"",
      form("/", "pin=HUNTER"));
  ASSERT_EQ(shown.rules.size(), 1u);
  EXPECT_EQ(shown.rules[0].data, "******");
  EXPECT_EQ(shown.rules[0].message, "ARGS:pin");
  EXPECT_EQ(shown.body, "pin=******");
}

TEST(SanitiseTest, AMatchedCookieIsHidden) {
  TestRequest request;
  request.headers = {{"Cookie", "a=1; sid=0123abcd"}};
  const Shown shown = show(
      "SecRule REQUEST_COOKIES:sid \"@rx .\" \"id:1,phase:1,pass,logdata:'%{MATCHED_VAR}',"
      "sanitiseMatched\"",
      request);
  EXPECT_EQ(shown.headers[0].second, "a=1; sid=********");
  EXPECT_EQ(shown.rules[0].data, "********");
}

TEST(SanitiseTest, AMatchOfSomethingWithoutANameIsHidden) {
  const Shown shown = show(
      "SecRule REQUEST_BODY \"@contains pin\" \"id:1,phase:2,pass,logdata:'%{MATCHED_VAR}',"
      "sanitiseMatched\"",
      form("/", "x=1&pin=2"));
  EXPECT_EQ(shown.rules[0].value, "*********");
  EXPECT_EQ(shown.rules[0].data, "*********");
  EXPECT_EQ(shown.body, "*********");
}

TEST(SanitiseTest, JsonThatIsEscapedIsHiddenWithAllTheRest) {
  TestRequest request = form("/", R"({"pin":"a\u0062c","x":"y"})");
  request.headers[1].second = "application/json";
  const std::string json =
      "SecAction \"id:1,phase:1,nolog,pass,ctl:requestBodyProcessor=JSON,sanitiseArg:json.pin\"";
  EXPECT_EQ(show(json, request).body, std::string(request.body.size(), '*'));
  request.body = R"({"pin":"abcd","x":"y"})";
  EXPECT_EQ(show(json, request).body, R"({"pin":"****","x":"y"})");
}

TEST(SanitiseTest, MoreThanCanBeKeptHidesEverything) {
  std::string body;
  for (size_t i = 0; i <= Sanitised::kMaxEntries; ++i) body += "a" + std::to_string(i) + "=secret&";
  const Shown shown =
      show("SecRule ARGS \"@rx .\" \"id:1,phase:2,nolog,pass,sanitiseMatched\"", form("/", body));
  EXPECT_EQ(shown.body, std::string(std::min(body.size(), kMaxBodyExcerpt), '*'));
}

TEST(SanitiseTest, ATransactionTellsItsSecrets) {
  const Shown shown = show("", form("/?password=a%20b&x=1", "json.token=t1&y=2"));
  EXPECT_EQ(shown.secrets,
            (std::vector<std::string>{"a b", "t1", "Basic dXNlcjpwdw==", "dXNlcjpwdw=="}));
}

}  // namespace
}  // namespace waf
