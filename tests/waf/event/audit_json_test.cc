#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "waf/event/event.h"

namespace waf {
namespace {

AuditEvent sample() {
  AuditEvent event;
  event.id = "01JDJ0000000000000000000AB";
  event.time = WallTime(std::chrono::microseconds(1764092397123456));
  event.site = "shop";
  event.client_ip = "192.0.2.7";
  event.client_port = 40123;
  event.method = "GET";
  event.uri = "/?id=1'\"\n";
  event.protocol = "HTTP/1.1";
  event.request_headers = {{"Host", "shop.example"}, {"X-Odd", std::string("a\0b", 3)}};
  event.body_excerpt = "a=1";
  event.status = 403;
  event.decision = Decision::Blocked;
  event.reason = Reason::Waf;
  event.detail = "rule 942100";
  MatchedRule rule;
  rule.id = 942100;
  rule.phase = 2;
  rule.message = "SQL Injection";
  rule.data = "Matched Data: x";
  rule.severity = "CRITICAL";
  rule.tags = {"attack-sqli", "paranoia-level/1"};
  rule.variable = "ARGS:id";
  rule.value = "1' or '1'='1";
  rule.transformations = {"urlDecodeUni", "lowercase"};
  rule.match_offset = 2;
  rule.match_length = 5;
  rule.file = "rules/a.conf";
  rule.line = 31;
  event.rules = {rule};
  event.inbound_score = 5;
  event.upstream = "127.0.0.1:9000";
  event.cache_status = "miss";
  event.tls_version = "TLSv1.3";
  event.tls_sni = "shop.example";
  event.tls_ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1";
  event.durations_us = {{"total", 1200}, {"waf", 300}};
  return event;
}

TEST(AuditJsonTest, IsOneLineOfValidJson) {
  const std::string line = toAuditJson(sample());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(line));
}

TEST(AuditJsonTest, HasTheFieldNamesOfTheContract) {
  const auto json = nlohmann::json::parse(toAuditJson(sample()));
  EXPECT_EQ(json["id"], "01JDJ0000000000000000000AB");
  EXPECT_EQ(json["time"], "2025-11-25T17:39:57.123456Z");
  EXPECT_EQ(json["client"]["ip"], "192.0.2.7");
  EXPECT_EQ(json["client"]["port"], 40123);
  EXPECT_EQ(json["request"]["method"], "GET");
  EXPECT_EQ(json["request"]["headers"][0][0], "Host");
  EXPECT_EQ(json["response"]["status"], 403);
  EXPECT_EQ(json["decision"], "blocked");
  EXPECT_EQ(json["reason"], "waf");
  EXPECT_EQ(json["rules"][0]["id"], 942100);
  EXPECT_EQ(json["rules"][0]["msg"], "SQL Injection");
  EXPECT_EQ(json["rules"][0]["data"], "Matched Data: x");
  EXPECT_EQ(json["rules"][0]["variable"], "ARGS:id");
  EXPECT_EQ(json["rules"][0]["match"]["length"], 5);
  EXPECT_EQ(json["scores"]["inbound"], 5);
  EXPECT_EQ(json["durations_us"]["waf"], 300);
}

TEST(AuditJsonTest, ShowsBytesThatAreNotUtf8AndKeepsTheExactOnes) {
  AuditEvent event = sample();
  event.uri = "/\xff";
  const auto json = nlohmann::json::parse(toAuditJson(event));
  EXPECT_EQ(json["request"]["uri"], "/\xef\xbf\xbd");
  EXPECT_EQ(json["request"]["uri_base64"], "L/8=");
}

TEST(AuditJsonTest, ReadsBackWhatItWrote) {
  AuditEvent event = sample();
  event.uri = "/\xff\xfe";
  event.request_headers.emplace_back("X-Bytes", "\x80");
  event.rules[0].value = std::string("\0\xff", 2);
  AuditEvent back;
  ASSERT_TRUE(parseAuditJson(toAuditJson(event), &back));
  EXPECT_EQ(back.uri, event.uri);
  EXPECT_EQ(back.request_headers, event.request_headers);
  EXPECT_EQ(back.rules.size(), 1u);
  EXPECT_EQ(back.rules[0].value, event.rules[0].value);
  EXPECT_EQ(back.rules[0].tags, event.rules[0].tags);
  EXPECT_EQ(back.time, event.time);
  EXPECT_EQ(back.durations_us, event.durations_us);
  EXPECT_EQ(toAuditJson(back), toAuditJson(event));
}

TEST(AuditJsonTest, WhatIsNotKnownIsLeftOutAndWhatIsKnownReadsBack) {
  AuditEvent event = sample();
  for (const char* member : {"country", "classes", "sealed"}) {
    EXPECT_EQ(toAuditJson(event).find(member), std::string::npos) << member;
  }
  event.country = "NL";
  event.response_headers = {{"Content-Type", "text/html"}, {"X-Bytes", "\xff\x01"}};
  event.response_excerpt = std::string("<b>\x00\xfe", 5);
  event.class_scores = {{"sqli", 10}, {"xss", 5}};
  event.sealed = "QUJD";
  AuditEvent back;
  ASSERT_TRUE(parseAuditJson(toAuditJson(event), &back));
  EXPECT_EQ(back.country, event.country);
  EXPECT_EQ(back.response_headers, event.response_headers);
  EXPECT_EQ(back.response_excerpt, event.response_excerpt);
  EXPECT_EQ(back.class_scores, event.class_scores);
  EXPECT_EQ(back.sealed, event.sealed);
}

TEST(AuditJsonTest, RefusesWhatIsNotARecord) {
  AuditEvent out;
  EXPECT_FALSE(parseAuditJson("", &out));
  EXPECT_FALSE(parseAuditJson("{", &out));
  EXPECT_FALSE(parseAuditJson("[]", &out));
  EXPECT_FALSE(parseAuditJson("{\"id\":\"x\"}", &out));
  EXPECT_FALSE(parseAuditJson("{\"id\":7,\"time\":[],\"decision\":{}}", &out));
}

}  // namespace
}  // namespace waf
