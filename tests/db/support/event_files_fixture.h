#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "db/events/event_indexer.h"
#include "db/events/event_store.h"
#include "db/events/event_writer.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"

namespace db {

// A folder of event files with its writer, its indexer and its reader; the clock stands still until
// a test moves it.
class EventFilesTest : public testing::Test {
 protected:
  waf::AuditEvent event(const std::string& id) const { return sampleEvent(id, clock_.wall()); }
  void write(const waf::AuditEvent& event) { write(event, ++sequence_); }
  void write(const waf::AuditEvent& event, uint64_t sequence) {
    const std::string line = waf::toAuditJson(event);
    const SpooledRecord record{sequence, line, "segment", 100 * sequence};
    const auto done = writer_.write({&record, 1});
    ASSERT_TRUE(done) << done.error().message;
  }
  void writeAll(const std::vector<waf::AuditEvent>& events) {
    std::vector<std::string> lines;
    for (const waf::AuditEvent& each : events) lines.push_back(waf::toAuditJson(each));
    std::vector<SpooledRecord> records;
    for (const std::string& line : lines) records.push_back({++sequence_, line, "segment", 100});
    const auto done = writer_.write(records);
    ASSERT_TRUE(done) << done.error().message;
  }
  void index() {
    while (true) {
      const auto rows = indexer_.advance(5000);
      ASSERT_TRUE(rows) << rows.error().message;
      if (*rows == 0) return;
    }
  }
  EventFilter parsed(const std::string& text) const {
    const auto filter = parseEventFilter(text, clock_.wall());
    EXPECT_TRUE(filter) << text << ": " << filter.error().message;
    return filter ? *filter : EventFilter();
  }
  // Page by page; `between` runs behind each page.
  template <typename Between>
  std::vector<std::string> ids(const std::string& filter, size_t limit, Between&& between) {
    std::vector<std::string> out;
    std::string cursor;
    do {
      const auto page = store_.query(parsed(filter), cursor, limit);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const EventSummary& summary : page->events) out.push_back(summary.id);
      cursor = page->next_cursor;
      between();
    } while (!cursor.empty());
    return out;
  }
  std::vector<std::string> ids(const std::string& filter = "", size_t limit = 100) {
    return ids(filter, limit, [] {});
  }
  std::string newestFile() const {
    return folder_ / listEventFiles(folder_.path()).back().toString();
  }

  TemporaryFolder folder_;
  // Noon, 12 hours before the file changes.
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000 + 12))};
  EventWriter writer_{folder_.path(), clock_};
  EventIndexer indexer_{folder_.path()};
  SqliteEventStore store_{folder_.path(), kNoHurry, kNoHurry};
  uint64_t sequence_ = 0;
};

}  // namespace db
