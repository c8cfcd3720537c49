#include "waf/event/masking.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

AuditEvent masked(AuditEvent event, MaskingRules rules = {}) {
  Masking(std::move(rules)).apply(&event);
  return event;
}

std::string uri(const std::string& text) { return masked({.uri = text}).uri; }
std::string body(const std::string& text) { return masked({.body_excerpt = text}).body_excerpt; }
std::string header(const std::string& name, const std::string& value) {
  return masked({.request_headers = {{name, value}}}).request_headers[0].second;
}

TEST(MaskingTest, HeadersKeepSchemeAndCookieNames) {
  EXPECT_EQ(header("Authorization", "Basic dXNlcjpw"), "Basic ********");
  EXPECT_EQ(header("authorization", "opaque"), "******");
  EXPECT_EQ(header("Cookie", "a=1; sid=secret;b"), "a=*; sid=******;*");
  EXPECT_EQ(header("Set-Cookie", "sid=abc; Path=/"), "sid=***; Path=/");
  EXPECT_EQ(header("X-API-Key", "abc"), "***");
  EXPECT_EQ(header("User-Agent", "curl/7"), "curl/7");
  EXPECT_EQ(header("Referer", "https://a/?token=abc&x=1"), "https://a/?token=***&x=1");
}

TEST(MaskingTest, ParametersByNameInQueryAndForm) {
  EXPECT_EQ(uri("/login?user=ann&password=abc&x=1"), "/login?user=ann&password=***&x=1");
  EXPECT_EQ(uri("/?new_password=ab%20c&PWD=1"), "/?new_password=******&PWD=*");
  EXPECT_EQ(uri("/?user%5Bp%61ssword%5D=abc"), "/?user%5Bp%61ssword%5D=***");
  EXPECT_EQ(uri("/password=abc"), "/password=abc");
  EXPECT_EQ(body("access_token=abc;a=b&cvv"), "access_token=***;a=b&cvv");
}

TEST(MaskingTest, JsonAndMultipartBodiesEvenWhenCut) {
  EXPECT_EQ(body(R"({"user":"ann","password": "a\"b","n":{"Token":12,"x":"y"}})"),
            R"({"user":"ann","password": "****","n":{"Token":**,"x":"y"}})");
  EXPECT_EQ(body(R"([{"secret":"abc)"), R"([{"secret":"***)");
  EXPECT_EQ(body(R"({"secret":)"), R"({"secret":)");
  EXPECT_EQ(body("--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nabc\r\n--b\r\n"
                 "Content-Disposition: form-data; name=\"x\"\r\n\r\nabc\r\n--b--"),
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n***\r\n--b\r\n"
            "Content-Disposition: form-data; name=\"x\"\r\n\r\nabc\r\n--b--");
}

TEST(MaskingTest, TheAnswerOfTheUpstreamToo) {
  AuditEvent event;
  event.response_headers = {{"Set-Cookie", "session=abcdef; Path=/"},
                            {"Location", "/next?token=abcdef&a=1"},
                            {"Content-Type", "application/json"}};
  event.response_excerpt = R"({"access_token":"abcdef","name":"ann"})";
  Masking().apply(&event);
  for (const auto& [name, value] : event.response_headers) {
    EXPECT_EQ(value.find("abcdef"), std::string::npos) << name << ": " << value;
  }
  EXPECT_EQ(event.response_headers[1].second, "/next?token=******&a=1");
  EXPECT_EQ(event.response_excerpt, R"({"access_token":"******","name":"ann"})");
}

TEST(MaskingTest, CardNumbersWhereverTheyStand) {
  EXPECT_EQ(uri("/pay?n=4111111111111111&x=1"), "/pay?n=****************&x=1");
  EXPECT_EQ(uri("/pay?n=4111+1111+1111+1111"), "/pay?n=****+****+****+****");
  EXPECT_EQ(body("4111-1111-1111-1111"), "****-****-****-****");
  EXPECT_EQ(body("4111111111111112"), "4111111111111112") << "no check digit";
  EXPECT_EQ(body("41111111111111111111111"), "41111111111111111111111") << "too long";
  EXPECT_EQ(body("id4111111111111111"), "id4111111111111111") << "part of a name";
}

TEST(MaskingTest, WhatRulesMatchedIsMaskedLikeItsSource) {
  MatchedRule rule;
  rule.variable = "ARGS:password";
  rule.value = "' or 1=1";
  rule.data = "Matched Data: ' or 1=1";
  rule.match_offset = 2;
  rule.match_length = 2;
  const AuditEvent event = masked({.rules = {rule}});
  EXPECT_EQ(event.rules[0].value, "********");
  EXPECT_EQ(event.rules[0].data, std::string(22, '*'));
  EXPECT_EQ(event.rules[0].match_offset, 2u);
  rule.variable = "ARGS_NAMES:password";
  EXPECT_EQ(masked({.rules = {rule}}).rules[0].value, "' or 1=1");
  rule.variable = "REQUEST_URI";
  rule.value = "/?token=abc";
  EXPECT_EQ(masked({.rules = {rule}}).rules[0].value, "/?token=***");
}

TEST(MaskingTest, WhatIsNestedBelowASecretNameIsSecretToo) {
  EXPECT_EQ(body(R"({"password":["ab","cd"],"x":["ef"]})"),
            R"({"password":["**","**"],"x":["ef"]})");
  EXPECT_EQ(body(R"({"token":{"value":"ab","n":[1,true]},"x":1})"),
            R"({"token":{"value":"**","n":[*,****]},"x":1})");
  EXPECT_EQ(uri("/?user[password][]=abc&password.0=d"), "/?user[password][]=***&password.0=*");
  MatchedRule rule;
  rule.variable = "ARGS:json.password.array_0";
  rule.value = "hunter2";
  EXPECT_EQ(masked({.rules = {rule}}).rules[0].value, "*******");
}

TEST(MaskingTest, XmlByElementAndAttribute) {
  EXPECT_EQ(body("<a><s:password x='1'>abc</s:password><user token=\"t1\" n='2'>ann</user></a>"),
            "<a><s:password x='1'>***</s:password><user token=\"**\" n='2'>ann</user></a>");
  EXPECT_EQ(body("<a><pwd/><b>x</b><secret><![CDATA[a<b]]></secret><cvv>12"),
            "<a><pwd/><b>x</b><secret><![CDATA[***]]></secret><cvv>**");
}

TEST(MaskingTest, AFileOfASecretNameIsNoSecret) {
  EXPECT_EQ(body("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"password\"\r\n\r\n"
                 "abc\r\n--b--"),
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"password\"\r\n\r\n"
            "abc\r\n--b--");
}

TEST(MaskingTest, ACardBehindAnotherNumber) {
  EXPECT_EQ(body("2 4111 1111 1111 1111"), "2 **** **** **** ****");
  EXPECT_EQ(body("12-4111111111111111"), "12-****************");
}

// logdata and msg expand macros: a secret reaches them under another rule's name, in lower case,
// decoded, through a chain.
TEST(MaskingTest, WhatRulesWroteIsMaskedByTheSecretsOfTheRequest) {
  MatchedRule rule;
  rule.variable = "REQUEST_METHOD";
  rule.value = "POST";
  rule.message = "login of ann with hunter 2secret";
  rule.data = "Matched Data: hunter 2SECRET found; sid 0123456789ab";
  rule.tags = {"t/hunter 2secret"};
  const AuditEvent event = masked(
      {.uri = "/?password=hunter%202secret",
       .request_headers = {{"Cookie", "sid=0123456789AB"}, {"Authorization", "Basic dTpwdw=="}},
       .detail = "refused: hunter 2secret dTpwdw==",
       .rules = {rule}});
  EXPECT_EQ(event.rules[0].value, "POST");
  EXPECT_EQ(event.rules[0].message, "login of ann with **************");
  EXPECT_EQ(event.rules[0].data, "Matched Data: ************** found; sid ************");
  EXPECT_EQ(event.rules[0].tags[0], "t/**************");
  EXPECT_EQ(event.detail, "refused: ************** ********");
}

TEST(MaskingTest, AShortSecretIsMaskedWhereItStandsAlone) {
  MatchedRule rule;
  rule.variable = "REQUEST_METHOD";
  rule.data = "cvv 123 of 91234, score 5";
  EXPECT_EQ(masked({.uri = "/?cvv=123&pwd=5", .rules = {rule}}).rules[0].data,
            "cvv *** of 91234, score 5");
}

TEST(MaskingTest, DataIsMaskedWholeWhereAPartOfASecretMatched) {
  MatchedRule rule;
  rule.variable = "QUERY_STRING";
  rule.value = "a=1&password=hunter2secret";
  rule.match_offset = 13;
  rule.match_length = 3;
  rule.data = "captured hun";
  const AuditEvent event = masked({.uri = "/?a=1&password=hunter2secret", .rules = {rule}});
  EXPECT_EQ(event.rules[0].value, "a=1&password=*************");
  EXPECT_EQ(event.rules[0].data, "************");
}

TEST(MaskingTest, DataIsMaskedWholeWhereALinkOfAChainMatchedASecret) {
  MatchedRule rule;
  rule.variable = "REQUEST_METHOD";
  rule.value = "POST";
  rule.chain_variables = {"ARGS:password"};
  rule.data = "c3VwZXI=";
  EXPECT_EQ(masked({.rules = {rule}}).rules[0].data, "********");
}

TEST(MaskingTest, WhatATransactionKnowsToBeSecretIsMasked) {
  MatchedRule rule;
  rule.variable = "XML:/*";
  rule.value = "ann s3cret\nline";
  rule.data = "found s3cret\\x0aline";
  AuditEvent event{.rules = {rule}};
  Masking().apply(&event, {"s3cret\nline"});
  EXPECT_EQ(event.rules[0].value, "ann ***********");
  EXPECT_EQ(event.rules[0].data, "found **************");
}

TEST(MaskingTest, ASecretThatATextCutsIsMasked) {
  MatchedRule rule;
  rule.variable = "REQUEST_METHOD";
  rule.data = std::string(2 * kMaxLoggedValue - 8, 'x') + "hunter2s";
  const AuditEvent event = masked({.uri = "/?password=hunter2secret", .rules = {rule}});
  EXPECT_EQ(event.rules[0].data.substr(2 * kMaxLoggedValue - 8), "********");
}

TEST(MaskingTest, TheRulesDecide) {
  MaskingRules off;
  off.enabled = false;
  EXPECT_EQ(masked({.uri = "/?password=a"}, off).uri, "/?password=a");
  MaskingRules own;
  own.parameters = {"PIN"};
  own.card_numbers = false;
  EXPECT_EQ(masked({.uri = "/?password=a&pin=12&n=4111111111111111"}, own).uri,
            "/?password=a&pin=**&n=4111111111111111");
}

}  // namespace
}  // namespace waf
