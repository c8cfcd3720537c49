#include "db/events/event_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "db/events/event_indexer.h"
#include "db/events/event_writer.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "waf/base/ulid.h"

namespace db {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using waf::ErrorCode;

class EventStoreTest : public testing::Test {
 protected:
  // Writes the event as the spool's writer would, with the clock at the event's time.
  std::string write(waf::AuditEvent event) {
    std::string line = waf::toAuditJson(event);
    const SpooledRecord record{++sequence_, line, "segment", 100 * sequence_};
    const auto done = writer_.write({&record, 1});
    EXPECT_TRUE(done) << done.error().message;
    return event.id;
  }
  void index() {
    while (true) {
      const auto rows = indexer_.advance(2);
      ASSERT_TRUE(rows) << rows.error().message;
      if (*rows == 0) break;
    }
  }
  waf::AuditEvent event(const std::string& id) const { return sampleEvent(id, clock_.wall()); }

  EventFilter parsed(const std::string& text) const {
    const auto filter = parseEventFilter(text, clock_.wall());
    EXPECT_TRUE(filter) << text << ": " << filter.error().message;
    return filter ? *filter : EventFilter();
  }
  std::vector<std::string> ids(const std::string& filter, size_t limit = 100) {
    return ids(parsed(filter), limit);
  }
  std::vector<std::string> ids(const EventFilter& filter, size_t limit = 100) {
    std::vector<std::string> out;
    std::string cursor;
    do {
      const auto page = store_.query(filter, cursor, limit);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const EventSummary& summary : page->events) out.push_back(summary.id);
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return out;
  }

  TemporaryFolder folder_;
  // Noon, 12 hours before the file changes.
  waf::ManualClock clock_{waf::WallTime(hours(24 * 20000 + 12))};
  EventWriter writer_{folder_.path(), clock_};
  EventIndexer indexer_{folder_.path()};
  SqliteEventStore store_{folder_.path(), kNoHurry, kNoHurry};
  uint64_t sequence_ = 0;
};

TEST_F(EventStoreTest, PagesGoOverFilesNewestFirst) {
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    write(event(id));
    clock_.advance(hours(10));
  }
  EXPECT_EQ(listEventFiles(folder_.path()).size(), 3u);
  for (const size_t limit : {1u, 2u, 3u, 5u, 100u}) {
    EXPECT_THAT(ids("", limit), ElementsAre("e", "d", "c", "b", "a")) << limit;
  }
}

TEST_F(EventStoreTest, AnEventThatEndsAfterMidnightKeepsItsPlaceInTime) {
  write(event("a"));
  const waf::AuditEvent slow = event("slow");
  clock_.advance(hours(11));
  write(event("b"));
  clock_.advance(hours(2));
  write(slow);
  write(event("c"));
  for (const size_t limit : {1u, 2u, 100u}) {
    EXPECT_THAT(ids("", limit), ElementsAre("c", "b", "slow", "a")) << limit;
  }
}

TEST_F(EventStoreTest, EqualTimesAreOrderedByTheirSequence) {
  for (const char* id : {"a", "b", "c"}) write(event(id));
  EXPECT_THAT(ids("", 1), ElementsAre("c", "b", "a"));
}

TEST_F(EventStoreTest, FiltersAreExactAndCombine) {
  write(event("a"));
  waf::AuditEvent other = event("b");
  other.site = "blog";
  other.client_ip = "2001:db8::7";
  other.uri = "/admin/x%2e?q=50%25";
  other.rules[0].id = 930100;
  other.decision = waf::Decision::Detected;
  write(other);
  waf::AuditEvent rate = event("c");
  rate.rules.clear();
  rate.reason = waf::Reason::Rate;
  rate.client_ip = "203.0.114.1";
  write(rate);

  // As rows that no index has yet, then through the indexes: the same events.
  for (const bool indexed : {false, true}) {
    if (indexed) index();
    EXPECT_THAT(ids("site:blog"), ElementsAre("b"));
    EXPECT_THAT(ids("-site:blog"), ElementsAre("c", "a"));
    EXPECT_THAT(ids("site:blog,shop"), ElementsAre("c", "b", "a"));
    EXPECT_THAT(ids("site:b*"), ElementsAre("b"));
    EXPECT_THAT(ids("decision:detected"), ElementsAre("b"));
    EXPECT_THAT(ids("reason:rate"), ElementsAre("c"));
    EXPECT_THAT(ids("client:203.0.113.7"), ElementsAre("a"));
    EXPECT_THAT(ids("client:203.0.112.0/22"), ElementsAre("c", "a"));
    EXPECT_THAT(ids("client:2001:db8::/32"), ElementsAre("b"));
    EXPECT_THAT(ids("-client:203.0.112.0/22"), ElementsAre("b"));
    EXPECT_THAT(ids("rule:942100"), ElementsAre("a"));
    EXPECT_THAT(ids("-rule:942100"), ElementsAre("c", "b"));
    EXPECT_THAT(ids("rule:942*"), ElementsAre("a"));
    EXPECT_THAT(ids("rule:930000..949999"), ElementsAre("b", "a"));
    EXPECT_THAT(ids("path:/admin"), ElementsAre("b"));
    EXPECT_THAT(ids("path:/adm"), IsEmpty());
    EXPECT_THAT(ids("path:/adm*"), ElementsAre("b"));
    EXPECT_THAT(ids("path:*%2e"), ElementsAre("b"));
    EXPECT_THAT(ids("status:4xx"), ElementsAre("c", "b", "a"));
    EXPECT_THAT(ids("status:>=404"), IsEmpty());
    EXPECT_THAT(ids("severity:>=error"), ElementsAre("b", "a"));
    EXPECT_THAT(ids("-severity:critical"), ElementsAre("c"));
    EXPECT_THAT(ids("method:get score:5"), ElementsAre("c", "b", "a"));
    EXPECT_THAT(ids("id:b"), ElementsAre("b"));
    EXPECT_THAT(ids("\"50%25\""), ElementsAre("b"));
    EXPECT_THAT(ids("\"q 50\""), ElementsAre("b"));
    EXPECT_THAT(ids("sql injection"), ElementsAre("b", "a"));
    EXPECT_THAT(ids("\"injection sql\""), IsEmpty());
    EXPECT_THAT(ids("inject"), IsEmpty());
    EXPECT_THAT(ids("inject*"), ElementsAre("b", "a"));
    EXPECT_THAT(ids("-inject*"), ElementsAre("c"));
    EXPECT_THAT(ids("injection -admin"), ElementsAre("a"));
    EXPECT_THAT(ids("203.0.113.7"), ElementsAre("a"));
    EXPECT_THAT(ids("\"1' or '1'='1\""), ElementsAre("c", "b", "a"));
    EXPECT_THAT(ids("site:shop decision:blocked rule:942100"), ElementsAre("a"));
  }
}

TEST_F(EventStoreTest, TimesBoundFromSinceUpToUntil) {
  const waf::WallTime start = clock_.wall();
  for (const char* id : {"a", "b", "c"}) {
    write(event(id));
    clock_.advance(hours(1));
  }
  EXPECT_THAT(ids(EventFilter{.since = start + hours(1)}), ElementsAre("c", "b"));
  EXPECT_THAT(ids(EventFilter{.until = start + hours(1)}), ElementsAre("a"));
}

TEST_F(EventStoreTest, ACursorThatIsNoneIsRefused) {
  for (const char* cursor : {"x", "1", "1.", ".1", "1.2.3", "-1.2", "1.99999999999999999999"}) {
    EXPECT_EQ(store_.query({}, cursor, 10).error().code, ErrorCode::Invalid) << cursor;
  }
}

TEST_F(EventStoreTest, FindsAnEventByItsIdWholeWithItsExactBytes) {
  waf::AuditEvent bytes = event(waf::newUlid(clock_.wall()));
  bytes.uri = std::string("/a\0b\xff", 6);
  write(bytes);
  clock_.advance(hours(30));
  write(event(waf::newUlid(clock_.wall())));
  const auto found = store_.find(bytes.id);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->uri, bytes.uri);
  EXPECT_EQ((*found)->rules.at(0).value, "1' OR '1'='1");
  EXPECT_FALSE(store_.find("nothing")->has_value());
}

TEST_F(EventStoreTest, CountsOverFilesAndNamesRules) {
  write(event("a"));
  clock_.advance(hours(24));
  write(event("b"));
  waf::AuditEvent other = event("c");
  other.site = "blog";
  other.client_ip = "198.51.100.1";
  other.rules.push_back(other.rules[0]);
  other.rules[1].id = 930100;
  write(other);
  const auto top = store_.count({}, {});
  ASSERT_TRUE(top) << top.error().message;
  ASSERT_EQ(top->rules.size(), 2u);
  EXPECT_EQ(top->rules[0].key, "942100");
  EXPECT_EQ(top->rules[0].label, "SQL Injection Attack Detected");
  EXPECT_EQ(top->rules[0].count, 3u);
  EXPECT_EQ(top->sites[0].key, "shop");
  EXPECT_EQ(top->sites[0].count, 2u);
  EXPECT_EQ(top->clients[0].key, "203.0.113.7");
  EXPECT_EQ(top->paths[0].key, "/search");
  EXPECT_EQ(top->reasons[0].count, 3u);
  EXPECT_EQ(top->total, 3u);
  EXPECT_FALSE(top->partial);
  ASSERT_EQ(top->histogram.size(), 2u);
  EXPECT_EQ(top->histogram[1].blocked, 2u);
  ASSERT_EQ(top->attackers.size(), 2u);
  EXPECT_EQ(top->attackers[0].client, "203.0.113.7");
  EXPECT_EQ(top->attackers[0].site, "shop");
  EXPECT_EQ(top->attackers[0].count, 2u);
  EXPECT_EQ(top->attackers[0].last - top->attackers[0].first, hours(24));
  EXPECT_THAT(top->attackers[1].classes, ElementsAre("lfi", "sqli"));
  EXPECT_EQ(store_.count(parsed("site:blog"), {.limit = 1})->rules.size(), 1u);
}

TEST_F(EventStoreTest, ForEachVisitsAllUntilToldToStop) {
  std::vector<std::string> lines;
  for (int i = 0; i < 1100; ++i) lines.push_back(waf::toAuditJson(event(std::to_string(i))));
  std::vector<SpooledRecord> records;
  for (const std::string& line : lines) records.push_back({++sequence_, line, "segment", 100});
  ASSERT_TRUE(writer_.write(records));
  int seen = 0;
  ASSERT_TRUE(store_.forEach({}, [&seen](const waf::AuditEvent&) { return ++seen > 0; }));
  EXPECT_EQ(seen, 1100);
  seen = 0;
  ASSERT_TRUE(store_.forEach({}, [&seen](const waf::AuditEvent&) { return ++seen < 7; }));
  EXPECT_EQ(seen, 7);
}

TEST_F(EventStoreTest, APageThatTakesTooLongSaysHowFarItSearchedAndGoesOn) {
  for (const char* id : {"a", "b", "c"}) {
    write(event(id));
    clock_.advance(hours(24));
  }
  SqliteEventStore impatient(folder_.path(), std::chrono::milliseconds(0));
  const EventFilter filter = parsed("search");
  const auto first = impatient.query(filter, "", 10);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->events.size(), 1u);
  EXPECT_THAT(first->notice, testing::StartsWith("searched back to 2024-10-05T12:00:00"));
  std::vector<std::string> all{first->events[0].id};
  for (std::string cursor = first->next_cursor; !cursor.empty();) {
    const auto page = impatient.query(filter, cursor, 10);
    ASSERT_TRUE(page) << page.error().message;
    for (const EventSummary& summary : page->events) all.push_back(summary.id);
    ASSERT_NE(page->next_cursor, cursor);
    cursor = page->next_cursor;
  }
  EXPECT_THAT(all, ElementsAre("c", "b", "a"));
}

TEST_F(EventStoreTest, AFileThatIsJustBeingCreatedHidesNothing) {
  write(event("a"));
  std::ofstream(folder_ / "events-29990101.db").flush();
  EXPECT_THAT(ids(""), ElementsAre("a"));
  EXPECT_TRUE(store_.count({}, {}));
  EXPECT_FALSE(store_.find("b")->has_value());
}

TEST_F(EventStoreTest, NoFolderMeansNoEvents) {
  SqliteEventStore store(folder_ / "nowhere");
  EXPECT_TRUE(store.query({}, "", 10)->events.empty());
}

TEST_F(EventStoreTest, ALiveViewThatBeganBeforeTheFirstEventSeesIt) {
  const auto begin = store_.after({}, "", 10);
  ASSERT_TRUE(begin) << begin.error().message;
  write(event("a"));
  const auto tail = store_.after({}, begin->cursor, 10);
  ASSERT_TRUE(tail) << tail.error().message;
  ASSERT_EQ(tail->events.size(), 1u);
  EXPECT_EQ(tail->events[0].id, "a");
  EXPECT_TRUE(store_.after({}, tail->cursor, 10)->events.empty());
}

TEST_F(EventStoreTest, AnEventWithoutAKnownClientIsKept) {
  waf::AuditEvent unknown = event("a");
  unknown.client_ip = "";
  write(unknown);
  EXPECT_THAT(ids(""), ElementsAre("a"));
  EXPECT_TRUE(store_.count({}, {})->clients.empty());
}

TEST_F(EventStoreTest, ARecordThatCannotBeParsedIsKept) {
  const SpooledRecord record{1, "not json", "segment", 100};
  ASSERT_TRUE(writer_.write({&record, 1}));
  EXPECT_EQ(writer_.readProgress().last_sequence, 1u);
  EXPECT_TRUE(store_.query({}, "", 10)->events.empty());
}

TEST_F(EventStoreTest, PositionsAreThoseOfTheNewestCommit) {
  write(event("a"));
  write(event("b"));
  clock_.advance(hours(24));
  write(event("c"));
  const EventWriter::Progress progress = writer_.readProgress();
  EXPECT_EQ(progress.positions.at("segment"), 300u);
  EXPECT_EQ(progress.last_sequence, 3u);
}

TEST_F(EventStoreTest, ASequenceNumberIsStoredOnce) {
  const std::string line = waf::toAuditJson(event("a"));
  const SpooledRecord record{1, line, "segment", 100};
  ASSERT_TRUE(writer_.write({&record, 1}));
  ASSERT_TRUE(writer_.write({&record, 1}));
  EXPECT_THAT(ids(""), ElementsAre("a"));
}

TEST_F(EventStoreTest, OldFilesGoByAge) {
  writer_.setLimits({.keep_days = 2});
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    write(event(id));
    clock_.advance(hours(24));
  }
  writer_.applyRetention();
  EXPECT_THAT(ids(""), ElementsAre("e", "d"));
}

TEST_F(EventStoreTest, OldFilesGoBySizeAndTheDiskComesBack) {
  writer_.setLimits({.keep_days = 30, .limit_bytes = 1 << 20});
  waf::AuditEvent big = event("");
  big.body_excerpt = std::string(25000, 'x');
  for (int i = 0; i < 80; ++i) {
    big.id = std::to_string(i);
    write(big);
  }
  writer_.applyRetention();
  uint64_t total = 0;
  const auto files = listEventFiles(folder_.path());
  for (const EventFileName& name : files) total += eventFileBytes(folder_.path(), name);
  EXPECT_LT(total, (1u << 20) + (256u << 10));
  EXPECT_GT(files.size(), 3u);
  EXPECT_EQ(ids("", 1000).front(), "79");
}

TEST_F(EventStoreTest, OldFilesGoWhenTheDiskIsNearlyFull) {
  for (const char* id : {"a", "b", "c"}) {
    write(event(id));
    clock_.advance(hours(24));
  }
  writer_.setLimits({.min_free_bytes = 1});
  writer_.applyRetention();
  EXPECT_THAT(ids(""), ElementsAre("c", "b", "a"));
  writer_.setLimits({.min_free_bytes = uint64_t{1} << 60});
  writer_.applyRetention();
  EXPECT_THAT(ids(""), ElementsAre("c")) << "the file that is written to stays";
}

TEST_F(EventStoreTest, ARemovedFolderOfFilesIsBegunAnew) {
  write(event("a"));
  for (const EventFileName& name : listEventFiles(folder_.path())) {
    removeEventFile(folder_.path(), name);
  }
  write(event("b"));
  EXPECT_THAT(ids(""), ElementsAre("b"));
}

}  // namespace
}  // namespace db
