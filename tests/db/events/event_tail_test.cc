#include "tests/db/support/event_files_fixture.h"

#include <fstream>
#include <thread>

// The live view: every event once, in the order of the commits.
namespace db {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

class EventTailTest : public EventFilesTest {
 protected:
  // What comes after the cursor, which moves on, until a call brings nothing.
  std::vector<std::string> tail(const std::string& filter, std::string* cursor,
                                size_t limit = 200) {
    return tail(parsed(filter), cursor, limit);
  }
  std::vector<std::string> tail(const EventFilter& filter, std::string* cursor, size_t limit) {
    std::vector<std::string> out;
    for (std::string before; before != *cursor;) {
      before = *cursor;
      const auto more = store_.after(filter, *cursor, limit);
      EXPECT_TRUE(more) << more.error().message;
      if (!more) break;
      for (const EventSummary& summary : more->events) out.push_back(summary.id);
      *cursor = more->cursor;
    }
    return out;
  }
};

TEST_F(EventTailTest, AFileIsReadToItsEndBeforeTheNextOne) {
  write(event("first"));
  std::string cursor = store_.after({}, "", 10)->cursor;
  // More than one call looks at, none of which the filter takes, then some that it does.
  std::vector<waf::AuditEvent> many(6000, event("other"));
  for (waf::AuditEvent& each : many) each.site = "blog";
  writeAll(many);
  write(event("a"));
  clock_.advance(hours(24));
  write(event("b"));
  EXPECT_THAT(tail("site:shop", &cursor), ElementsAre("a", "b"));
  EXPECT_THAT(tail("site:shop", &cursor), IsEmpty());
}

TEST_F(EventTailTest, AViewThatBeginsWhileAFileIsCreatedSeesItsEventsAlone) {
  write(event("old"));
  clock_.advance(hours(24));
  const std::string created = folder_ / "events-20241005.db";
  std::ofstream(created).flush();
  std::string cursor = store_.after({}, "", 10)->cursor;
  write(event("new"));
  EXPECT_THAT(tail("", &cursor), ElementsAre("new"));
}

TEST_F(EventTailTest, AFullPageGoesOnWhereItEnded) {
  write(event("x"));
  std::string cursor = store_.after({}, "", 10)->cursor;
  std::vector<std::string> all;
  for (int i = 0; i < 25; ++i) {
    all.push_back(std::to_string(i));
    write(event(all.back()));
    if (i % 10 == 9) clock_.advance(hours(24));
  }
  EXPECT_EQ(tail("", &cursor, 4), all);
}

TEST_F(EventTailTest, SeesEveryCommitOnceWhileTheyAreMade) {
  write(event("begin"));
  std::string cursor = store_.after({}, "", 10)->cursor;
  constexpr int kEvents = 600;
  // The clock is the writing thread's from here to the join, so this one parses its filter ahead.
  const EventFilter every = parsed("");
  std::thread writing([this] {
    for (int i = 0; i < kEvents; ++i) {
      // Times go back and forth; what counts is the order of the commits.
      write(sampleEvent(std::to_string(i), clock_.wall() - std::chrono::seconds(i * 37 % 100)));
      if (i % 200 == 199) clock_.advance(hours(24));
    }
  });
  std::vector<std::string> seen;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (seen.size() < kEvents && std::chrono::steady_clock::now() < deadline) {
    for (std::string& id : tail(every, &cursor, 50)) seen.push_back(std::move(id));
  }
  writing.join();
  for (std::string& id : tail(every, &cursor, 50)) seen.push_back(std::move(id));
  ASSERT_EQ(seen.size(), static_cast<size_t>(kEvents));
  for (int i = 0; i < kEvents; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], std::to_string(i));
}

}  // namespace
}  // namespace db
