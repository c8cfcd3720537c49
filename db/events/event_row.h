#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "db/store/store.h"
#include "waf/event/event.h"

namespace db {

// What the event files keep beside a record so that it can be filtered and counted without being
// read. Texts are printable; the exact bytes are in the record alone.
struct EventRow {
  int64_t sequence = 0;
  std::string id;
  int64_t time_us = 0;
  std::string site;
  std::string decision;
  std::string reason;
  std::string client;  // 16 bytes, or none
  std::string path;    // without the query
  std::string search;  // uri, client, id and rule messages, one a line
  std::vector<std::pair<int64_t, std::string>> rules;  // distinct ids with a message
  std::string record;
};

// A line that is no record (it came from another version, or the disk lied) is kept all the same,
// under `now` and with the text that it has.
EventRow makeEventRow(uint64_t sequence, std::string_view line, waf::WallTime now);

EventSummary summarize(const waf::AuditEvent& event);

// UTF-8 without control characters (SQLite's text functions and Poco's extraction stop at NUL), at
// most `limit` bytes.
std::string printable(std::string_view bytes, size_t limit);

}  // namespace db
