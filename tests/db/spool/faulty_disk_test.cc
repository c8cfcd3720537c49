#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "db/events/event_store.h"
#include "db/events/event_writer.h"
#include "db/sqlite/connection.h"
#include "db/store/event_log.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/faulty_vfs.h"
#include "tests/db/support/noon_clock.h"
#include "tests/db/support/temporary_folder.h"
#include "tests/support/wait_until.h"

// Whatever the disk does: an append does not wait, the fault is one alarm, what was stored is
// intact, and what was accepted is stored once when the disk is well again.
namespace db {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using tests::kPatience;
using tests::waitUntil;

class FaultyDiskTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    auto opened = EventLog::open(folder_.path(), clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
    log_->configure({}, {});
    spool_ = log_->openSpool();
  }
  void TearDown() override {
    faults_.write_failure = 0;
    faults_.held = false;
    spool_.reset();
    log_.reset();
  }

  void append(int count = 1) {
    for (int i = 0; i < count; ++i) {
      const auto event = sampleEvent(std::to_string(appended_), clock_.wall());
      const auto start = std::chrono::steady_clock::now();
      ASSERT_TRUE(spool_->append(waf::toAuditJson(event), true));
      slowest_ = std::max(slowest_, std::chrono::steady_clock::now() - start);
      ++appended_;
    }
  }
  SqliteEventStore openStore() const {
    return SqliteEventStore(folder_ / "events", kNoHurry, kNoHurry);
  }
  // How often each number from 0 on is stored.
  std::vector<int> stored() const {
    std::vector<int> out;
    SqliteEventStore store = openStore();
    const auto read = store.forEach({}, [&out](const waf::AuditEvent& event) {
      const size_t number = std::stoul(event.id);
      if (out.size() <= number) out.resize(number + 1);
      return ++out[number] > 0;
    });
    EXPECT_TRUE(read) << read.error().message;
    return out;
  }
  // Whether the alarm comes to have these words; "" for none.
  bool alarmBecomes(const std::string& words) const {
    return waitUntil([&] {
      const std::string alarm = log_->status().alarm;
      return words.empty() ? alarm.empty() : alarm.find(words) != std::string::npos;
    });
  }
  void expectAllOnce() {
    ASSERT_TRUE(log_->flush(kPatience));
    EXPECT_EQ(stored(), std::vector<int>(static_cast<size_t>(appended_), 1));
  }

  FaultyVfs faults_;
  TemporaryFolder folder_;
  NoonClock clock_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<EventSpool> spool_;
  int appended_ = 0;
  std::chrono::steady_clock::duration slowest_{};
};

TEST_F(FaultyDiskTest, EveryKindOfFailureIsAnAlarmAndLosesNothing) {
  append(20);
  expectAllOnce();
  const std::pair<int, const char*> kinds[] = {
      {SQLITE_FULL, "the disk is full"},
      {SQLITE_IOERR_WRITE, "the disk reports an error"},
      {SQLITE_READONLY, "cannot be written; check the owner"}};
  for (const auto& [code, words] : kinds) {
    for (const int writes : {0, 1, 3}) {
      faults_.writes_until_failure = writes;
      faults_.write_failure = code;
      append(20);
      EXPECT_TRUE(alarmBecomes(words)) << writes;
      EXPECT_FALSE(log_->flush(milliseconds(100)));
      EXPECT_GE(stored().size(), 20u) << "what was stored before is there";
      faults_.write_failure = 0;
      expectAllOnce();
      EXPECT_TRUE(alarmBecomes("")) << log_->status().alarm;
    }
  }
}

TEST_F(FaultyDiskTest, ASlowDiskMakesNobodyWaitButTheWriter) {
  append(5);
  expectAllOnce();
  faults_.held = true;
  append();
  ASSERT_TRUE(waitUntil([&] { return faults_.waiting > 0; }));
  slowest_ = {};
  append(300);
  // So far below the time of the write under way that the scheduler cannot make up for it.
  EXPECT_LT(slowest_, FaultyVfs::kHeldTime / 2);
  EXPECT_GT(log_->status().backlog, 0u);
  EXPECT_EQ(log_->status().alarm, "");
  EXPECT_GT(faults_.waiting, 0);
  faults_.held = false;
  expectAllOnce();
}

TEST_F(FaultyDiskTest, AReadThatFailsIsSaidAndHidesNothingAfterwards) {
  append(2000);
  expectAllOnce();
  SqliteEventStore store = openStore();
  faults_.read_failure = SQLITE_IOERR_READ;
  const auto page = store.query({}, "", 100);
  const auto counts = store.count({}, {});
  const auto tail = store.after({}, "", 10);
  append(10);
  faults_.read_failure = 0;
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().message, HasSubstr("the disk reports an error"));
  EXPECT_EQ(page.error().code, waf::ErrorCode::Unavailable);
  EXPECT_FALSE(counts);
  EXPECT_FALSE(tail);
  expectAllOnce();
  EXPECT_TRUE(alarmBecomes("")) << log_->status().alarm;
  EXPECT_EQ(store.count({}, {})->total, 2010u);
}

// A day's file is removed by its age although the disk takes no write; what is removed is gone.
TEST_F(FaultyDiskTest, RetentionGivesSpaceBackThoughTheDiskIsFull) {
  clock_.offset_hours = -24 * 40;
  append(50);
  ASSERT_TRUE(log_->flush(kPatience));
  clock_.offset_hours = 0;
  append(5);
  ASSERT_TRUE(log_->flush(kPatience));
  ASSERT_EQ(listEventFiles(folder_ / "events").size(), 2u);
  faults_.write_failure = SQLITE_FULL;
  append(5);
  EXPECT_TRUE(alarmBecomes("the disk is full"));
  EventWriter retention(folder_ / "events", clock_);
  retention.setLimits({.keep_days = 30});
  retention.applyRetention();
  EXPECT_EQ(listEventFiles(folder_ / "events").size(), 1u);
  faults_.write_failure = 0;
  ASSERT_TRUE(log_->flush(kPatience));
  EXPECT_EQ(openStore().count({}, {})->total, 10u);
}

TEST_F(FaultyDiskTest, ADatabaseThatSomebodyLocksIsTriedAgain) {
  append();
  expectAllOnce();
  const std::string file =
      folder_ / ("events/" + listEventFiles(folder_ / "events").back().toString());
  {
    auto other = Connection::open(file, {.mode = Connection::Mode::Write});
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->execute("BEGIN IMMEDIATE"));
    append(10);
    EXPECT_TRUE(alarmBecomes("is locked by another process"));
    EXPECT_EQ(stored().size(), 1u) << "and can be read";
    ASSERT_TRUE((*other)->execute("ROLLBACK"));
  }
  expectAllOnce();
  EXPECT_TRUE(alarmBecomes("")) << log_->status().alarm;
}

TEST_F(FaultyDiskTest, AClockThatIsSetBackAndForthLosesAndHidesNothing) {
  append(3);
  ASSERT_TRUE(log_->flush(kPatience));
  for (const int hours : {-30, 50, -2000, 0}) {
    clock_.offset_hours = hours;
    append(3);
    ASSERT_TRUE(log_->flush(kPatience));
  }
  expectAllOnce();
  EXPECT_TRUE(alarmBecomes("")) << log_->status().alarm;
}

TEST_F(FaultyDiskTest, ADayFileThatWasOverwrittenIsPutAsideAndTheOthersStay) {
  clock_.offset_hours = -48;
  append(5);
  ASSERT_TRUE(log_->flush(kPatience));
  clock_.offset_hours = 0;
  append(5);
  ASSERT_TRUE(log_->flush(kPatience));
  const auto files = listEventFiles(folder_ / "events");
  ASSERT_EQ(files.size(), 2u);
  // Between two processes: SQLite writes a file that is in use anew from its log.
  spool_.reset();
  log_.reset();
  std::ofstream(folder_ / ("events/" + files[0].toString()), std::ios::trunc) << "not a database";
  open();
  SqliteEventStore store = openStore();
  const auto page = store.query({}, "", 100);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->events.size(), 5u);
  EXPECT_THAT(page->notice, HasSubstr("its events are left out"));
  append(5);
  EXPECT_TRUE(log_->flush(kPatience));
  EXPECT_EQ(store.query({}, "", 100)->events.size(), 10u);
}

}  // namespace
}  // namespace db
