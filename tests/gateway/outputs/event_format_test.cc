#include "gateway/outputs/event_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/db/support/event_sample.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

waf::AuditEvent sample() {
  return db::sampleEvent(
      "01abc", waf::WallTime(std::chrono::hours(24 * 20000)) + std::chrono::microseconds(123456));
}

TEST(EventFormatTest, CefHasTheWorstRuleInItsHeadAndTheRequestBehindIt) {
  EXPECT_EQ(formatEvent(EventFormat::Cef, waf::toAuditJson(sample())),
            "CEF:0|Portcullis|Portcullis|1|942100|SQL Injection Attack Detected|8|rt=1728000000123 "
            "externalId=01abc act=blocked reason=waf src=203.0.113.7 requestMethod=GET "
            "request=/search?id\\=1%27%20OR%20%271%27\\=%271 outcome=403 cs1Label=site cs1=shop "
            "cs2Label=variable cs2=ARGS:id cs3Label=value cs3=1' OR '1'\\='1 cn1Label=score cn1=5");
}

TEST(EventFormatTest, ErrorLogHasALineForEachRuleAsModSecurityWritesThem) {
  waf::AuditEvent event = sample();
  event.rules.insert(event.rules.begin(), event.rules[0]);
  event.rules[0].id = 1;
  const std::string lines = formatEvent(EventFormat::ErrorLog, waf::toAuditJson(event));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1);
  EXPECT_THAT(lines, StartsWith("[Fri Oct 04 00:00:00.123456 2024] [security2:error] [client "
                                "203.0.113.7] ModSecurity: Warning. Match at ARGS:id. [id \"1\"]"));
  EXPECT_THAT(lines, HasSubstr("ModSecurity: Access denied with code 403. Match at ARGS:id. [id "
                               "\"942100\"] [msg \"SQL Injection Attack Detected\"]"));
  EXPECT_THAT(lines, HasSubstr("[uri \"/search\"] [unique_id \"01abc\"]"));
}

TEST(EventFormatTest, NothingThatAClientSentEndsALineOrAField) {
  waf::AuditEvent event = sample();
  event.uri = "/a\r\nCEF:0|x|y=z\" [id \"1\"]\x85\x00";
  event.rules[0].message = "a|b\\c\nd";
  event.rules[0].value = "x=1\ny";
  for (const EventFormat format : {EventFormat::Json, EventFormat::Cef, EventFormat::ErrorLog}) {
    const std::string line = formatEvent(format, waf::toAuditJson(event));
    EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos) << line;
  }
  const std::string cef = formatEvent(EventFormat::Cef, waf::toAuditJson(event));
  EXPECT_THAT(cef, HasSubstr("|a\\|b\\\\c d|"));
  EXPECT_THAT(cef, HasSubstr("y\\=z"));
  EXPECT_THAT(formatEvent(EventFormat::ErrorLog, waf::toAuditJson(event)),
              HasSubstr("y=z\\\" [id \\\"1\\\"]"));
}

TEST(EventFormatTest, CefLeavesOutWhatIsBlankAndHasNoEmptyPartInItsHead) {
  waf::AuditEvent event = sample();
  event.rules.clear();
  event.detail = " \t ";
  event.reason = waf::Reason::None;
  event.decision = waf::Decision::Passed;
  event.site = "  ";
  event.client_ip = "2001:db8::7";
  event.method = "";
  EXPECT_EQ(formatEvent(EventFormat::Cef, waf::toAuditJson(event)),
            "CEF:0|Portcullis|Portcullis|1|passed|passed|1|rt=1728000000123 externalId=01abc "
            "act=passed c6a2Label=Source IPv6 Address c6a2=2001:db8::7 "
            "request=/search?id\\=1%27%20OR%20%271%27\\=%271 outcome=403 cn1Label=score cn1=5");
}

// Whatever stands in whichever field: one line, the same keys, the same parts of the head.
TEST(EventFormatTest, CefHoldsWhateverStandsInAnyField) {
  const std::string hostile =
      "  a|b\\|c=d src=1.2.3.4 \r\nCEF:0|\x01\x1b[31m\x7f\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xff\\  ";
  using Field = std::string waf::AuditEvent::*;
  // Of the parts of the head, and of the keys behind it; what is escaped is neither.
  const auto count = [](const std::string& line, char sign) {
    size_t out = 0;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\') {
        ++i;
      } else {
        out += line[i] == sign;
      }
    }
    return out;
  };
  const std::string plain = formatEvent(EventFormat::Cef, waf::toAuditJson(sample()));
  const auto check = [&](const waf::AuditEvent& event) {
    const std::string line = formatEvent(EventFormat::Cef, waf::toAuditJson(event));
    for (const char* part : {"\n", "\r", "\x01", "\x1b", "\x7f", "\xc2\x85", "\xe2\x80"}) {
      EXPECT_EQ(line.find(part), std::string::npos) << line;
    }
    const size_t head = line.find("rt=");
    // A head may hold that sign.
    EXPECT_EQ(count(line.substr(head), '='), count(plain.substr(plain.find("rt=")), '=')) << line;
    EXPECT_EQ(count(line.substr(0, head), '|'), 7u) << line;
    EXPECT_EQ(line.find("=  "), std::string::npos) << line;
  };
  for (const Field field : {&waf::AuditEvent::id, &waf::AuditEvent::site, &waf::AuditEvent::uri,
                            &waf::AuditEvent::method, &waf::AuditEvent::detail}) {
    waf::AuditEvent event = sample();
    event.*field = hostile;
    check(event);
  }
  using RuleField = std::string waf::MatchedRule::*;
  for (const RuleField field : {&waf::MatchedRule::message, &waf::MatchedRule::variable,
                                &waf::MatchedRule::value, &waf::MatchedRule::severity}) {
    waf::AuditEvent event = sample();
    event.rules[0].*field = hostile;
    check(event);
  }
}

TEST(EventFormatTest, AJsonLineHasNoCharacterThatSomeReaderTakesForItsEnd) {
  waf::AuditEvent event = sample();
  event.uri =
      "/a\xc2\x85"
      "b\xe2\x80\xa8"
      "c\xe2\x80\xa9\xe2\x81\xa6\xc3\xa9\xe2\x82\xac";
  const std::string record = waf::toAuditJson(event);
  const std::string line = formatEvent(EventFormat::Json, record);
  EXPECT_THAT(line, HasSubstr("/a\\u0085b\\u2028c\\u2029\\u2066\xc3\xa9\xe2\x82\xac"));
  waf::AuditEvent read;
  ASSERT_TRUE(waf::parseAuditJson(line, &read));
  EXPECT_EQ(read.uri, event.uri);
}

TEST(EventFormatTest, SyslogHasPriorityTimeAndName) {
  const std::string record = waf::toAuditJson(sample());
  const std::string message = syslogMessage(record, "text", "gate1");
  EXPECT_THAT(message, StartsWith("<132>1 2024-10-04T00:00:00.123456Z gate1 portcullis "));
  EXPECT_THAT(message, testing::EndsWith(" event - text"));
}

TEST(EventFormatTest, WhatIsNoRecordMakesNoLine) {
  EXPECT_EQ(formatEvent(EventFormat::Cef, "not json"), "");
  EXPECT_EQ(formatEvent(EventFormat::ErrorLog, "{}"), "");
}

}  // namespace
}  // namespace gateway
