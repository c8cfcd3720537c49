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
