#include "tests/db/support/event_files_fixture.h"

// Events whose time lies in an older day than the file they came into, and events that share a
// time, over pages, filters, counts and look-ups.
namespace db {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

using LateEventsTest = EventFilesTest;

TEST_F(LateEventsTest, AnEventThatComesDaysLateStandsWhereItsTimeSays) {
  write(event("a"));
  const waf::AuditEvent late = event("late");
  clock_.advance(hours(24));
  write(event("b"));
  clock_.advance(hours(24));
  write(event("c"));
  write(late);
  for (const bool indexed : {false, true}) {
    if (indexed) index();
    for (const size_t limit : {1u, 2u, 3u, 100u}) {
      EXPECT_THAT(ids("", limit), ElementsAre("c", "b", "late", "a")) << limit;
      EXPECT_THAT(ids("rule:942100", limit), ElementsAre("c", "b", "late", "a")) << limit;
      EXPECT_THAT(ids("injection", limit), ElementsAre("c", "b", "late", "a")) << limit;
      EXPECT_THAT(ids("until:36h", limit), ElementsAre("late", "a")) << limit;
      EXPECT_THAT(ids("since:36h", limit), ElementsAre("c", "b")) << limit;
    }
  }
}

TEST_F(LateEventsTest, CountsAndLooksUpALateEventInTheDayOfItsTime) {
  waf::AuditEvent late = event("01j9b8mz80late");
  write(event("a"));
  clock_.advance(hours(48));
  write(event("b"));
  write(late);
  const auto counts = store_.count({}, {.step = std::chrono::hours(24)});
  ASSERT_TRUE(counts) << counts.error().message;
  ASSERT_EQ(counts->histogram.size(), 2u);
  EXPECT_EQ(counts->histogram[0].blocked, 2u);
  EXPECT_EQ(counts->attackers[0].first, late.time);
  EXPECT_EQ(store_.count(parsed("until:36h"), {})->total, 2u);
  EXPECT_TRUE(store_.find(late.id)->has_value());
  std::vector<std::string> seen;
  ASSERT_TRUE(store_.forEach(parsed("until:36h"), [&seen](const waf::AuditEvent& each) {
    seen.push_back(each.id);
    return true;
  }));
  EXPECT_THAT(seen, ElementsAre(late.id, "a"));
}

TEST_F(LateEventsTest, ALateEventStaysWithTheFileItCameInto) {
  writer_.setLimits({.keep_days = 1});
  const waf::AuditEvent late = event("late");
  write(event("a"));
  clock_.advance(hours(72));
  write(event("b"));
  write(late);
  writer_.applyRetention();
  EXPECT_THAT(ids(), ElementsAre("b", "late"));
}

// The low bits of two sequence numbers are equal, so that the events share their place.
TEST_F(LateEventsTest, EventsOfOnePlaceInTwoFilesAreGivenOnceEach) {
  const waf::AuditEvent early = event("early");
  waf::AuditEvent late = event("late");
  write(early, 7);
  clock_.advance(hours(24));
  write(late, 7 + 4096);
  for (const size_t limit : {1u, 2u, 3u}) {
    EXPECT_THAT(ids("", limit), ElementsAre("late", "early")) << limit;
  }
}

TEST_F(LateEventsTest, ManyEventsOfOneTimeAreGivenOnceEachWhateverThePage) {
  std::vector<std::string> all;
  std::vector<waf::AuditEvent> events;
  for (int i = 0; i < 300; ++i) {
    events.push_back(event(std::to_string(i)));
    all.push_back(std::to_string(i));
  }
  writeAll(events);
  events.clear();
  const waf::WallTime same = clock_.wall();
  clock_.advance(hours(24));
  sequence_ = 4096;  // the same low bits again
  for (int i = 300; i < 600; ++i) {
    events.push_back(sampleEvent(std::to_string(i), same));
    all.push_back(std::to_string(i));
  }
  writeAll(events);
  for (const bool indexed : {false, true}) {
    if (indexed) index();
    for (const size_t limit : {1u, 7u, 299u, 1000u}) {
      EXPECT_THAT(ids("", limit), UnorderedElementsAreArray(all)) << limit;
      EXPECT_THAT(ids("rule:942100", limit), UnorderedElementsAreArray(all)) << limit;
    }
  }
}

TEST_F(LateEventsTest, WhatArrivesDuringPagingNeitherRepeatsNorHidesWhatWasThere) {
  std::vector<std::string> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(std::to_string(i));
    write(event(all.back()));
    clock_.advance(std::chrono::minutes(20));
  }
  const waf::WallTime start = clock_.wall();
  int more = 0;
  const auto arrive = [&] {
    // One now, one late, one at the very time of an older one.
    write(sampleEvent("new" + std::to_string(more), start));
    write(sampleEvent("late" + std::to_string(more), start - hours(5)));
    write(sampleEvent("same" + std::to_string(more++), start - std::chrono::minutes(400)));
    if (more == 10) clock_.advance(hours(24));
  };
  std::vector<std::string> seen = ids("", 3, arrive);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end()) << "given twice";
  for (const std::string& id : all) {
    EXPECT_TRUE(std::binary_search(seen.begin(), seen.end(), id)) << id << " was skipped";
  }
}

TEST(EventCursorTest, ParsesWhatItPrintsAndNothingElse) {
  for (const EventCursor& cursor :
       {EventCursor::at(123456789), EventCursor{987654321, {20261126, 1}},
        EventCursor{firstPlaceAt(1700000000000000) + 4095, {20261126, 17}}}) {
    EventCursor read;
    ASSERT_TRUE(EventCursor::parse(cursor.toString(), &read)) << cursor.toString();
    EXPECT_EQ(read.place, cursor.place);
    EXPECT_EQ(read.file, cursor.file);
  }
  for (const char* text : {"1.2.", "1.2.3", "1.2.20261126", "1.2.20261126-", "1.2.20261126-0",
                           "1.2.20261126-1-2", "1.2.20261126-1.", "1.4096", "1..20261126-1"}) {
    EventCursor read;
    EXPECT_FALSE(EventCursor::parse(text, &read)) << text;
  }
}

}  // namespace
}  // namespace db
