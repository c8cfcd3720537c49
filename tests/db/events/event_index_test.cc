#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "db/events/event_indexer.h"
#include "db/events/event_store.h"
#include "db/events/event_writer.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"

namespace db {
namespace {

using testing::StartsWith;

constexpr const char* kFilters[] = {"",
                                    "site:shop",
                                    "-site:shop",
                                    "rule:942100",
                                    "rule:942100,930100",
                                    "rule:9*",
                                    "-rule:930100",
                                    "client:203.0.113.0/24",
                                    "client:203.0.113.3",
                                    "-client:203.0.113.3",
                                    "union",
                                    "\"union select\"",
                                    "uni*",
                                    "union -select",
                                    "union,sleep",
                                    "union sleep",
                                    "rule:942100 union site:blog",
                                    "client:203.0.113.0/28 rule:942100",
                                    "decision:blocked status:>=400",
                                    "path:/a",
                                    "-path:/a union",
                                    "site:blog,shop severity:critical",
                                    "203.0.113.3",
                                    "since:90m",
                                    "until:90m union",
                                    "rule:1",
                                    "client:10.0.0.0/8",
                                    "nothing"};

// The meaning of a filter must not depend on the index that is taken, nor on how much of it there
// is.
class EventIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 600; ++i) {
      clock_.advance(std::chrono::seconds(random_() % 60));
      write(randomEvent(std::to_string(i)));
      if (i % 200 == 199) clock_.advance(std::chrono::hours(24));
    }
  }

  size_t below(size_t bound) { return random_() % bound; }
  waf::AuditEvent randomEvent(const std::string& id) {
    waf::AuditEvent event = sampleEvent(id, clock_.wall() - std::chrono::seconds(random_() % 300));
    event.site = below(3) == 0 ? "blog" : "shop";
    event.client_ip = "203.0.113." + std::to_string(below(40));
    static constexpr const char* kUris[] = {"/a/b?q=union%20select", "/ab?q=select+union",
                                            "/a?sleep", "/x?q=union+sleep(1)"};
    event.uri = kUris[below(std::size(kUris))];
    event.decision = below(2) == 0 ? waf::Decision::Blocked : waf::Decision::Detected;
    event.status = below(2) == 0 ? 403 : 200;
    if (below(3) == 0) event.rules.clear();
    if (below(3) == 0) {
      event.rules.push_back(sampleEvent("", {}).rules[0]);
      event.rules.back().id = 930100;
    }
    return event;
  }
  void write(const waf::AuditEvent& event) {
    const std::string line = waf::toAuditJson(event);
    const SpooledRecord record{++sequence_, line, "segment", 100 * sequence_};
    const auto done = writer_.write({&record, 1});
    ASSERT_TRUE(done) << done.error().message;
  }
  void index(size_t rows) {
    for (size_t done = 0; done < rows;) {
      const auto step = indexer_.advance(std::min<size_t>(rows - done, 50));
      ASSERT_TRUE(step) << step.error().message;
      if (*step == 0) return;
      done += *step;
    }
  }
  std::vector<std::string> ids(const std::string& text, size_t limit) {
    const auto filter = parseEventFilter(text, clock_.wall());
    EXPECT_TRUE(filter) << filter.error().message;
    std::vector<std::string> out;
    std::string cursor;
    do {
      const auto page = store_.query(*filter, cursor, limit);
      EXPECT_TRUE(page) << text << ": " << page.error().message;
      if (!page) break;
      for (const EventSummary& event : page->events) out.push_back(event.id);
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return out;
  }

  std::mt19937 random_{7};
  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000 + 12))};
  EventWriter writer_{folder_.path(), clock_};
  EventIndexer indexer_{folder_.path()};
  SqliteEventStore store_{folder_.path(), kNoHurry, kNoHurry};
  uint64_t sequence_ = 0;
};

TEST_F(EventIndexTest, EveryFilterFindsTheSameWithoutWithHalfAndWithTheWholeIndex) {
  std::map<std::string, std::vector<std::string>> expected;
  for (const char* filter : kFilters) expected[filter] = ids(filter, 1000);
  EXPECT_EQ(expected[""].size(), 600u);
  EXPECT_TRUE(expected["nothing"].empty());
  for (const char* filter : {"union", "union sleep", "-rule:930100", "path:/a", "rule:9*"}) {
    EXPECT_GT(expected[filter].size(), 20u) << filter;
    EXPECT_LT(expected[filter].size(), 580u) << filter;
  }
  for (const size_t rows : {130u, 300u, 1000u}) {
    index(rows);
    for (const char* filter : kFilters) {
      EXPECT_EQ(ids(filter, 1000), expected[filter]) << filter << " after " << rows;
      EXPECT_EQ(ids(filter, 7), expected[filter]) << filter << " in pages after " << rows;
      const auto counts = store_.count(*parseEventFilter(filter, clock_.wall()), {});
      ASSERT_TRUE(counts) << counts.error().message;
      EXPECT_EQ(counts->total, expected[filter].size()) << filter;
    }
  }
  EXPECT_EQ(indexer_.countLeft(), 0u);
}

TEST_F(EventIndexTest, AMissingOrDamagedIndexIsMadeAnew) {
  index(1000);
  const std::string path = indexPath(folder_ / listEventFiles(folder_.path()).back().toString());
  const std::vector<std::string> expected = ids("union rule:942100", 1000);
  EXPECT_FALSE(expected.empty());
  for (const bool damaged : {false, true}) {
    std::filesystem::remove(path);
    std::filesystem::remove(path + "-wal");
    std::filesystem::remove(path + "-shm");
    if (damaged) std::ofstream(path) << std::string(20000, 'x');
    EXPECT_EQ(ids("union rule:942100", 1000), expected);
    EventIndexer again(folder_.path());
    const auto rows = again.advance(1000);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(*rows, 200u);
    EXPECT_EQ(ids("union rule:942100", 1000), expected);
  }
}

TEST_F(EventIndexTest, ARecordThatComesLateIsIndexedToo) {
  index(1000);
  // The writer got a later sequence number first.
  const std::string line = waf::toAuditJson(randomEvent("late"));
  sequence_ += 10;
  write(randomEvent("early"));
  const SpooledRecord late{sequence_ - 5, line, "segment", 100};
  index(1000);
  ASSERT_TRUE(writer_.write({&late, 1}));
  EXPECT_EQ(indexer_.countLeft(), 1u);
  index(1000);
  EXPECT_EQ(ids("late", 10).size(), 1u);
}

TEST_F(EventIndexTest, AWalkThatIsLateGoesOnFromWhereItCameToWithoutLossOrRepetition) {
  for (const size_t rows : {0u, 250u, 1000u}) {
    index(rows);
    SqliteEventStore impatient(folder_.path(), std::chrono::milliseconds(0));
    for (const char* filter : kFilters) {
      std::vector<std::string> all;
      std::string cursor;
      do {
        const auto page = impatient.query(*parseEventFilter(filter, clock_.wall()), cursor, 5);
        ASSERT_TRUE(page) << page.error().message;
        for (const EventSummary& event : page->events) all.push_back(event.id);
        ASSERT_TRUE(page->next_cursor.empty() || page->next_cursor != cursor) << filter;
        cursor = page->next_cursor;
      } while (!cursor.empty());
      EXPECT_EQ(all, ids(filter, 1000)) << filter;
    }
  }
}

TEST_F(EventIndexTest, ACountThatIsLateSaysHowFarItCame) {
  SqliteEventStore impatient(folder_.path(), std::chrono::milliseconds(0),
                             std::chrono::milliseconds(0));
  const auto counts = impatient.count({}, {});
  ASSERT_TRUE(counts);
  EXPECT_TRUE(counts->partial);
  EXPECT_EQ(counts->total, 200u);
  EXPECT_GT(counts->counted_back_to, clock_.wall() - std::chrono::hours(72));
}

TEST_F(EventIndexTest, TheLiveViewGivesWhatIsCommittedAfterItsCursorOnce) {
  const auto begin = store_.after({}, "", 10);
  ASSERT_TRUE(begin) << begin.error().message;
  EXPECT_TRUE(begin->events.empty());
  waf::AuditEvent slow = randomEvent("slow");
  slow.time -= std::chrono::hours(1);
  write(slow);
  clock_.advance(std::chrono::hours(24));  // and over the end of a file
  for (const char* id : {"x", "y", "z"}) write(randomEvent(id));
  std::vector<std::string> seen;
  std::string cursor = begin->cursor;
  for (int i = 0; i < 4; ++i) {
    const auto tail = store_.after({}, cursor, 3);
    ASSERT_TRUE(tail) << tail.error().message;
    for (const EventSummary& event : tail->events) seen.push_back(event.id);
    cursor = tail->cursor;
  }
  EXPECT_THAT(seen, testing::ElementsAre("slow", "x", "y", "z"));
  EXPECT_EQ(store_.after({}, "nonsense", 3).error().code, waf::ErrorCode::Invalid);
}

}  // namespace
}  // namespace db
