#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/events/record_scanner.h"
#include "db/store/store.h"
#include "waf/event/event.h"

namespace db {

// syslog's order, as SecLang has it: the smaller the more severe; 8 for none.
inline constexpr int kNoSeverity = 8;
int severityRank(std::string_view severity);
std::string_view severityName(int rank);  // "" for none

// What the event files keep beside a record so that it can be filtered and counted without being
// read. Texts are printable; the exact bytes are in the record alone.
struct EventRow {
  int64_t place = 0;
  int64_t sequence = 0;
  std::string id;
  std::string site;
  std::string client;  // 16 bytes, or none
  int decision = 0;
  int reason = 0;
  int64_t status = 0;
  int severity = kNoSeverity;
  int64_t score = 0;
  std::string method;
  std::string country;
  std::string rules;  // distinct ids, 8 bytes each
  std::string path;   // without the query
  bool is_record = true;

  void addRule(int64_t id);  // of the first 256
};

// The n-th id of EventRow::rules.
int64_t ruleAt(std::string_view rules, size_t index);
inline size_t ruleCount(std::string_view rules) { return rules.size() / 8; }

// Files the line under its own time, or under `now` when it is no record (it came from another
// version, or the disk lied): it is kept all the same. `fields` is filled on the way.
void makeEventRow(uint64_t sequence, std::string_view line, waf::WallTime now, RecordFields* fields,
                  EventRow* row);

// What the text filter looks through: the URI as sent and decoded, client, id, headers, the body's
// beginning, rule messages and what they matched; a line each.
void appendSearchText(const RecordFields& fields, std::string* out);

EventSummary summarize(const waf::AuditEvent& event);

// UTF-8 without control characters (SQLite's text functions stop at NUL), at most `limit` bytes.
std::string printable(std::string_view bytes, size_t limit);

}  // namespace db
