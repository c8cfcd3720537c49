// A log that is handed over to another one while its spools go on: what a binary upgrade does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "db/events/event_store.h"
#include "db/store/event_log.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "tests/support/wait_until.h"

namespace db {
namespace {

using testing::UnorderedElementsAreArray;
using tests::kPatience;
using tests::waitUntil;

class HandoverTest : public testing::Test {
 protected:
  std::unique_ptr<EventLog> open() {
    auto log = EventLog::open(folder_.path(), waf::Clock::system());
    EXPECT_TRUE(log) << log.error().message;
    if (!log) return nullptr;
    (*log)->configure({"relevant", folder_ / "audit.jsonl"}, {});
    return std::move(*log);
  }
  void append(EventSpool& spool, const std::string& id) {
    const std::string line = waf::toAuditJson(sampleEvent(id, waf::Clock::system().wall()));
    ASSERT_TRUE(spool.append(line, true));
    ids_.push_back(id);
    lines_.push_back(line);
  }
  // All that was appended, each once, is in both.
  void expectAll() {
    std::vector<std::string> stored;
    waitUntil([&] {
      stored.clear();
      SqliteEventStore store(folder_ / "events", kNoHurry, kNoHurry);
      auto found = store.query({}, "", 10000);
      EXPECT_TRUE(found) << found.error().message;
      if (!found) return true;
      for (const auto& row : found->events) stored.push_back(row.id);
      return stored.size() >= ids_.size();
    });
    EXPECT_THAT(stored, UnorderedElementsAreArray(ids_));
    EXPECT_THAT(linesOf(folder_ / "audit.jsonl"), UnorderedElementsAreArray(lines_));
  }
  size_t segmentFiles() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "spool")) {
      if (entry.path().extension() == ".seg") ++count;
    }
    return count;
  }

  TemporaryFolder folder_;
  std::vector<std::string> ids_;
  std::vector<std::string> lines_;
};

TEST_F(HandoverTest, WhatIsAppendedAfterwardsIsWrittenByTheOtherLog) {
  auto first = open();
  auto old_spool = first->openSpool();
  append(*old_spool, "a");
  ASSERT_TRUE(first->handOver(kPatience));
  append(*old_spool, "b");
  const auto second = open();
  ASSERT_NE(second, nullptr);
  const auto spool = second->openSpool();
  append(*spool, "c");
  append(*old_spool, "d");
  expectAll();
  old_spool.reset();
  first.reset();
  append(*spool, "e");
  expectAll();
}

TEST_F(HandoverTest, ManySegmentsGoOver) {
  auto first = open();
  auto old_spool = first->openSpool();
  ASSERT_TRUE(first->handOver(kPatience));
  auto second = open();
  // Nine megabytes: more than two segments. A spare is made every few milliseconds.
  std::string padding(300'000, 'x');
  for (int i = 0; i < 30; ++i) {
    waf::AuditEvent event = sampleEvent("n" + std::to_string(i), waf::Clock::system().wall());
    event.detail = padding;
    const std::string line = waf::toAuditJson(event);
    while (!old_spool->append(line, true)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ids_.push_back(event.id);
    lines_.push_back(line);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  expectAll();
  old_spool.reset();
  first.reset();
  EXPECT_TRUE(waitUntil([&] { return segmentFiles() == 0; })) << segmentFiles();
}

TEST_F(HandoverTest, ALogThatIsOpenedAgainMeanwhileGoesOnWhereTheOtherEnded) {
  auto first = open();
  auto old_spool = first->openSpool();
  append(*old_spool, "a");
  ASSERT_TRUE(first->handOver(kPatience));
  {
    const auto second = open();
    append(*old_spool, "b");
    expectAll();
    append(*old_spool, "c");
  }
  append(*old_spool, "d");
  auto third = open();
  append(*old_spool, "e");
  expectAll();
  ASSERT_TRUE(third->handOver(kPatience));
  append(*old_spool, "f");
  const auto fourth = open();
  expectAll();
}

}  // namespace
}  // namespace db
