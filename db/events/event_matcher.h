#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/events/record_scanner.h"
#include "db/filter/event_filter.h"
#include "db/sqlite/connection.h"

namespace db {

// A row of the narrow table as a statement that selected kEventColumns first has it; columns are
// read when they are asked for. Valid until the statement's next step.
inline constexpr const char* kEventColumns =
    "e.place, e.arrival, e.id, e.site, e.client, e.decision, e.reason, e.status, e.severity, "
    "e.score, e.method, e.country, e.rules, e.path";

class EventColumns {
 public:
  explicit EventColumns(const Statement& row) : row_(row) {}
  int64_t place() const { return row_.number(0); }
  int64_t arrival() const { return row_.number(1); }
  std::string_view id() const { return row_.bytes(2); }
  std::string_view site() const { return row_.bytes(3); }
  std::string_view client() const { return row_.bytes(4); }
  int64_t decision() const { return row_.number(5); }
  int64_t reason() const { return row_.number(6); }
  int64_t status() const { return row_.number(7); }
  int64_t severity() const { return row_.number(8); }
  int64_t score() const { return row_.number(9); }
  std::string_view method() const { return row_.bytes(10); }
  std::string_view country() const { return row_.bytes(11); }
  std::string_view rules() const { return row_.bytes(12); }
  std::string_view path() const { return row_.bytes(13); }

 private:
  const Statement& row_;
};

// Decides for one row whether a filter takes it. Whatever index led to the row, this is asked: it
// is the meaning of the filter. Lives for one query.
class EventMatcher {
 public:
  explicit EventMatcher(const EventFilter& filter);

  // All terms but those on the text.
  bool matchesColumns(const EventColumns& row) const;
  // Whether the text must be looked at: always where a text is excluded, and where one is wanted
  // unless the index by word gave the row.
  bool needsText(bool found_by_words) const;
  bool matchesText(std::string_view record, bool found_by_words);

  int64_t first_place() const { return first_; }
  int64_t end_place() const { return end_; }

 private:
  const EventFilter& filter_;
  int64_t first_;
  int64_t end_;
  std::vector<const EventTerm*> columns_;
  std::vector<const EventTerm*> wanted_texts_;
  std::vector<const EventTerm*> excluded_texts_;
  RecordFields fields_;  // these keep their memory from row to row
  std::string text_;
  std::string words_;
};

}  // namespace db
