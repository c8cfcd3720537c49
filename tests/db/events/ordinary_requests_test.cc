#include "tests/db/support/event_files_fixture.h"

// Ordinary requests lie in files of their own, with a retention of their own;
// who asks sees one list.
namespace db {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class OrdinaryRequestsTest : public EventFilesTest {
 protected:
  waf::AuditEvent ordinary(const std::string& id) const {
    waf::AuditEvent out = event(id);
    out.decision = waf::Decision::Passed;
    out.reason = waf::Reason::None;
    out.rules.clear();
    out.status = 200;
    return out;
  }
  size_t files(EventKind kind) const { return listEventFiles(folder_.path(), kind).size(); }
};

TEST_F(OrdinaryRequestsTest, TheyAreSeenBesideTheEventsInTheOrderOfTime) {
  for (int day = 0; day < 2; ++day) {
    for (const char* id : {"a", "b", "c"}) {
      write(event(id + std::to_string(day)));
      clock_.advance(std::chrono::minutes(1));
      write(ordinary(id + std::string("-ordinary") + std::to_string(day)));
      clock_.advance(std::chrono::minutes(1));
    }
    clock_.advance(hours(24));
  }
  EXPECT_EQ(files(EventKind::Event), 2u);
  EXPECT_EQ(files(EventKind::Ordinary), 2u);
  for (const bool indexed : {false, true}) {
    if (indexed) index();
    for (const size_t limit : {1u, 2u, 5u, 100u}) {
      EXPECT_THAT(ids("", limit),
                  ElementsAre("c-ordinary1", "c1", "b-ordinary1", "b1", "a-ordinary1", "a1",
                              "c-ordinary0", "c0", "b-ordinary0", "b0", "a-ordinary0", "a0"))
          << limit;
      EXPECT_THAT(ids("decision:passed", limit), SizeIs(6)) << limit;
      EXPECT_THAT(ids("decision:blocked,passed", limit), SizeIs(12)) << limit;
      EXPECT_THAT(ids("decision:blocked", limit), SizeIs(6)) << limit;
      EXPECT_THAT(ids("-decision:blocked", limit), SizeIs(6)) << limit;
      EXPECT_THAT(ids("rule:942100", limit), SizeIs(6)) << limit;
      EXPECT_THAT(ids("-rule:942100", limit), SizeIs(6)) << limit;
    }
    EXPECT_EQ(store_.count({}, {})->total, 12u);
  }
  EXPECT_TRUE(store_.find("b-ordinary0")->has_value());
  EXPECT_EQ(indexer_.countLeft(), 0u);
}

TEST_F(OrdinaryRequestsTest, EachKindIsKeptForItsOwnTime) {
  writer_.setLimits({.keep_days = 30, .ordinary_keep_days = 2});
  for (int day = 0; day < 5; ++day) {
    write(event("event" + std::to_string(day)));
    write(ordinary("ordinary" + std::to_string(day)));
    clock_.advance(hours(24));
  }
  writer_.applyRetention();
  EXPECT_THAT(ids("decision:blocked"), SizeIs(5));
  EXPECT_THAT(ids("decision:passed"), ElementsAre("ordinary4", "ordinary3"));
}

TEST_F(OrdinaryRequestsTest, EachKindHasItsOwnSpace) {
  writer_.setLimits({.limit_bytes = 64u << 20, .ordinary_limit_bytes = 1u << 20});
  waf::AuditEvent big = ordinary("");
  big.body_excerpt = std::string(25000, 'x');
  write(event("kept"));
  for (int i = 0; i < 120; ++i) {
    big.id = std::to_string(i);
    write(big);
  }
  writer_.applyRetention();
  uint64_t bytes = 0;
  for (const EventFileName& name : listEventFiles(folder_.path(), EventKind::Ordinary)) {
    bytes += eventFileBytes(folder_.path(), name);
  }
  EXPECT_LT(bytes, (1u << 20) + (256u << 10));
  EXPECT_THAT(ids("decision:blocked"), ElementsAre("kept"));
  EXPECT_EQ(ids("decision:passed").front(), "119");
}

TEST_F(OrdinaryRequestsTest, ADiskThatIsShortTakesThemFirst) {
  writer_.setLimits({.min_free_bytes = uint64_t{1} << 60});
  write(event("a"));
  write(ordinary("a-ordinary"));
  clock_.advance(hours(24));
  writer_.setLimits({.min_free_bytes = 0});
  write(ordinary("b-ordinary"));
  write(event("b"));
  EXPECT_EQ(files(EventKind::Ordinary), 2u);
  writer_.setLimits({.min_free_bytes = uint64_t{1} << 60});
  writer_.applyRetention();
  EXPECT_EQ(files(EventKind::Ordinary), 1u) << "what is written to stays";
  EXPECT_EQ(files(EventKind::Event), 1u);
}

TEST_F(OrdinaryRequestsTest, TheLiveViewGivesBothOnce) {
  write(event("old"));
  write(ordinary("old-ordinary"));
  std::string cursor = store_.after({}, "", 10)->cursor;
  std::vector<std::string> seen;
  const auto look = [&] {
    const auto tail = store_.after({}, cursor, 3);
    ASSERT_TRUE(tail) << tail.error().message;
    for (const EventSummary& summary : tail->events) seen.push_back(summary.id);
    cursor = tail->cursor;
  };
  for (const char* id : {"a", "b", "c", "d"}) {
    clock_.advance(std::chrono::minutes(1));
    write(event(id));
    write(ordinary(id + std::string("-ordinary")));
    if (*id == 'b') clock_.advance(hours(24));
  }
  for (int i = 0; i < 8; ++i) look();
  EXPECT_THAT(seen, testing::UnorderedElementsAre("a", "b", "c", "d", "a-ordinary", "b-ordinary",
                                                  "c-ordinary", "d-ordinary"));
  // A cursor of before the kinds were apart goes on where it was.
  const auto file = listEventFiles(folder_.path(), EventKind::Event).front().toString();
  const auto tail = store_.after({}, file + ":1", 10);
  ASSERT_TRUE(tail) << tail.error().message;
  EXPECT_THAT(tail->events, SizeIs(4));
}

TEST_F(OrdinaryRequestsTest, OneThatComesTwiceIsStoredOnce) {
  const std::string line = waf::toAuditJson(ordinary("a"));
  const SpooledRecord record{1, line, "segment", 100};
  ASSERT_TRUE(writer_.write({&record, 1}));
  EXPECT_EQ(writer_.readProgress().positions.at("segment"), 100u);
  ASSERT_TRUE(writer_.write({&record, 1}));
  EXPECT_THAT(ids(), ElementsAre("a"));
  EXPECT_EQ(writer_.readProgress().last_sequence, 1u);
}

}  // namespace
}  // namespace db
