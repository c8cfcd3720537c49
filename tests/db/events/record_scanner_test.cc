#include "db/events/record_scanner.h"

#include <gtest/gtest.h>

#include "tests/db/support/event_sample.h"

namespace db {
namespace {

TEST(RecordScannerTest, ReadsWhatTheAuditLogWrites) {
  waf::AuditEvent event = sampleEvent("x", waf::WallTime(std::chrono::hours(24 * 20000)));
  event.rules.push_back(event.rules[0]);
  event.rules[1].id = 1;
  event.detail = "a \"quoted\\\" one\\";
  event.rules[0].value = std::string("nul \0 {\"id\":7} end", 18);
  const std::string line = waf::toAuditJson(event);
  RecordFields fields;
  ASSERT_TRUE(scanRecord(line, &fields));
  EXPECT_EQ(fields.id, "x");
  EXPECT_EQ(fields.site, "shop");
  EXPECT_EQ(fields.client, "203.0.113.7");
  EXPECT_EQ(fields.method, "GET");
  EXPECT_EQ(fields.status, 403);
  EXPECT_EQ(fields.decision, "blocked");
  EXPECT_EQ(fields.inbound_score, 5);
  ASSERT_EQ(fields.rules.size(), 2u);
  EXPECT_EQ(fields.rules[0].id, 942100);
  EXPECT_EQ(fields.rules[1].id, 1);
  std::string detail;
  appendPrintable(fields.detail, 100, &detail);
  EXPECT_EQ(detail, event.detail);
  std::string headers;
  appendStrings(fields.headers, 100, &headers);
  EXPECT_EQ(headers, "Host\nshop.example\nUser-Agent\ncurl/7.88.1\n");
}

TEST(RecordScannerTest, RefusesWhatIsNoObject) {
  RecordFields fields;
  for (const char* line :
       {"", "not json", "[]", "{", "{\"id\"}", "{\"id\":1}", "{\"id\":\"a\"", "{\"id\":\"a\\\"}",
        "{\"x\":}", "{\"x\":[1,{}}", "{} {}", "{\"rules\":{}}", "{\"response\":3}"}) {
    EXPECT_FALSE(scanRecord(line, &fields)) << line;
  }
  EXPECT_TRUE(scanRecord(" { \"x\" : [ 1 , { \"y\" : null } ] , \"id\" : \"a\" } ", &fields));
  EXPECT_EQ(fields.id, "a");
}

TEST(RecordScannerTest, DeepNestingCostsNoStack) {
  std::string line = "{\"x\":" + std::string(1 << 20, '[') + std::string(1 << 20, ']') + "}";
  RecordFields fields;
  EXPECT_TRUE(scanRecord(line, &fields));
}

TEST(AppendPrintableTest, ResolvesEscapesAndCutsAtACharacter) {
  const auto shown = [](std::string_view escaped, size_t limit) {
    std::string out;
    appendPrintable(escaped, limit, &out);
    return out;
  };
  EXPECT_EQ(shown("a\\n\\u0000\\u007f\\\"\\\\b", 100), "a   \"\\b");
  EXPECT_EQ(shown("\\u00fc\\ud83d\\ude00", 100), "ü😀");
  EXPECT_EQ(shown("\\ud83dx\\u12", 100),
            "\xEF\xBF\xBDx\xEF\xBF\xBD"
            "12");
  EXPECT_EQ(shown("aü", 2), "a");
  EXPECT_EQ(shown("aüb", 3), "aü");
  EXPECT_EQ(shown("a😀", 4), "a");
}

}  // namespace
}  // namespace db
