#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "admin-ui/server/api/event_csv.h"
#include "db/events/event_store.h"
#include "db/events/event_writer.h"
#include "gateway/cli/output.h"
#include "gateway/outputs/event_format.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "waf/base/controls.h"

// What attackers put into any field: stored to the byte, and inert wherever it is shown or sent.
namespace gateway {
namespace {

std::string allControls() {
  std::string out = "a";
  for (int c = 0; c < 0x20; ++c) out += static_cast<char>(c);
  return out + "\x7f" + "b";
}

const std::map<std::string, std::string>& hostileTexts() {
  static const std::map<std::string, std::string> kTexts = {
      {"controls", allControls()},
      {"NUL first", std::string("\0=1", 3)},
      {"C1 and separators",
       "a\xc2\x85"
       "b\xe2\x80\xa8"
       "c\xe2\x80\xa9"
       "d\xc2\x9b"
       "31m"},
      {"turned order",
       "\xe2\x80\xae"
       "gpj.exe\xe2\x81\xa6"},
      {"invalid UTF-8", "\xff\xfe\x80\xc3(\xed\xa0\x80\xf8\x88\x80\x80\x80"},
      {"cut UTF-8", "caf\xc3"},
      {"script", "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`${7*7}"},
      {"formula", "=cmd|' /C calc'!A0"},
      {"formula behind a blank", "  +1+1"},
      {"formula behind a tab", "\t=1+1"},
      {"wide formula",
       "\xef\xbc\x9d"
       "1+1"},
      {"minus", "-2+3"},
      {"at", "@SUM(1)"},
      {"forged line", "x\r\n[Wed Nov 25 17:40:00.000000 2026] [security2:error] forged"},
      {"forged CEF", "x\nCEF:0|Portcullis|Portcullis|1|1|forged|10|act=blocked src=1.2.3.4"},
      {"forged syslog", "x\n<0>1 2026-11-25T00:00:00Z h a 1 - - forged"},
      {"forged JSON", "\"},\"decision\":\"passed\",\"rules\":[]"},
      {"escape sequence", "\x1b[2J\x1b]0;title\x07"},
      {"CSV quotes", "\",\"\"\n\"x"},
      {"backslashes", "\\\\n\\u000a\\"},
      {"megabyte", std::string(1 << 20, '<') + "\xff"}};
  return kTexts;
}

using Field = std::function<std::string&(waf::AuditEvent&)>;
const std::map<std::string, Field>& fields() {
  static const std::map<std::string, Field> kFields = {
      {"method", [](waf::AuditEvent& e) -> std::string& { return e.method; }},
      {"uri", [](waf::AuditEvent& e) -> std::string& { return e.uri; }},
      {"protocol", [](waf::AuditEvent& e) -> std::string& { return e.protocol; }},
      {"header name",
       [](waf::AuditEvent& e) -> std::string& { return e.request_headers[0].first; }},
      {"header", [](waf::AuditEvent& e) -> std::string& { return e.request_headers[0].second; }},
      {"answer", [](waf::AuditEvent& e) -> std::string& { return e.response_headers[0].second; }},
      {"body", [](waf::AuditEvent& e) -> std::string& { return e.body_excerpt; }},
      {"detail", [](waf::AuditEvent& e) -> std::string& { return e.detail; }},
      {"sni", [](waf::AuditEvent& e) -> std::string& { return e.tls_sni; }},
      {"message", [](waf::AuditEvent& e) -> std::string& { return e.rules[0].message; }},
      {"data", [](waf::AuditEvent& e) -> std::string& { return e.rules[0].data; }},
      {"variable", [](waf::AuditEvent& e) -> std::string& { return e.rules[0].variable; }},
      {"value", [](waf::AuditEvent& e) -> std::string& { return e.rules[0].value; }}};
  return kFields;
}

waf::AuditEvent sample(const std::string& id) {
  waf::AuditEvent event = db::sampleEvent(id, waf::WallTime(std::chrono::hours(24 * 20000 + 12)));
  event.response_headers = {{"Server", "x"}};
  return event;
}

// No byte that a reader obeys, but for the line feeds between lines that we make ourselves.
void expectInert(const std::string& text, const std::string& where) {
  for (size_t i = 0; i < text.size(); ++i) {
    ASSERT_EQ(waf::controlAt(std::string_view(text).substr(i)), 0u)
        << where << " at " << i << ": " << text.substr(0, 300);
  }
}

// The fields of the one record that RFC 4180 sees.
std::vector<std::string> csvFields(const std::string& line) {
  std::vector<std::string> out;
  for (size_t i = 0; i < line.size() && line[i] == '"';) {
    std::string field;
    for (++i; i < line.size(); ++i) {
      if (line[i] != '"') {
        field += line[i];
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        field += line[i++];
      } else {
        break;
      }
    }
    out.push_back(field);
    i += 1;
    if (i < line.size() && line[i] == ',') ++i;
  }
  return out;
}

void checkExports(const waf::AuditEvent& event, const std::string& where) {
  const std::string record = waf::toAuditJson(event);
  const std::string json = formatEvent(EventFormat::Json, record);
  expectInert(json, where + ", JSON");
  ASSERT_TRUE(nlohmann::json::accept(json)) << where;
  const std::string cef = formatEvent(EventFormat::Cef, record);
  expectInert(cef, where + ", CEF");
  EXPECT_EQ(cef.rfind("CEF:0|Portcullis|Portcullis|1|942100|", 0), 0u) << where;
  expectInert(formatEvent(EventFormat::ErrorLog, record), where + ", error log");
  expectInert(syslogMessage(record, json, "host"), where + ", syslog");
  std::string csv;
  admin::appendEventCsv(event, &csv);
  ASSERT_TRUE(csv.ends_with("\r\n")) << where;
  csv.resize(csv.size() - 2);
  expectInert(csv, where + ", CSV");
  const std::vector<std::string> columns = csvFields(csv);
  EXPECT_EQ(columns.size(), 13u) << where;
  for (const std::string& column : columns) {
    const size_t first = column.find_first_not_of(' ');
    const bool formula = first != std::string::npos &&
                         (std::string("=+-@").find(column[first]) != std::string::npos ||
                          column.substr(first).starts_with("\xef\xbc"));
    EXPECT_FALSE(formula) << where << ": " << column.substr(0, 100);
  }
}

TEST(HostileEventsTest, EveryTextInEveryFieldIsStoredExactlyAndExportedInert) {
  const db::TemporaryFolder folder;
  waf::ManualClock clock{waf::WallTime(std::chrono::hours(24 * 20000 + 12))};
  db::EventWriter writer(folder.path(), clock);
  db::SqliteEventStore store(folder.path(), db::kNoHurry, db::kNoHurry);
  uint64_t sequence = 0;
  for (const auto& [field, member] : fields()) {
    for (const auto& [kind, text] : hostileTexts()) {
      const std::string where = kind + " in " + field;
      waf::AuditEvent event = sample(std::to_string(++sequence));
      member(event) = text;
      const std::string line = waf::toAuditJson(event);
      ASSERT_EQ(line.find('\n'), std::string::npos) << where;
      const db::SpooledRecord record{sequence, line, "segment", sequence};
      ASSERT_TRUE(writer.write({&record, 1})) << where;
      const auto found = store.find(event.id);
      ASSERT_TRUE(found && found->has_value()) << where;
      waf::AuditEvent back = **found;
      EXPECT_EQ(member(back), text) << where;
      EXPECT_EQ(back.decision, waf::Decision::Blocked) << where;
      EXPECT_EQ(back.rules.size(), 1u) << where;
      checkExports(back, where);
      expectInert(cli::forTerminal(text), where + ", terminal");
    }
  }
  // The list, the counts and the search go on over all of them.
  const auto page = store.query({}, "", 1000);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->events.size(), sequence);
  const auto counts = store.count({}, {.limit = 100});
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->total, sequence);
  for (const db::Count& path : counts->paths) {
    for (const char c : path.key) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << path.key;
  }
}

}  // namespace
}  // namespace gateway
