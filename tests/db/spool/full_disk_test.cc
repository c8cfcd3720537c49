#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "db/events/event_store.h"
#include "db/store/event_log.h"
#include "db/store/file.h"
#include "tests/db/support/config_sample.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"
#include "tests/support/wait_until.h"

// On a file system of their own that is really full; that takes the right to mount one.
namespace db {
namespace {

using testing::HasSubstr;
using tests::kPatience;
using tests::waitUntil;
using waf::ErrorCode;

class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=96m") == 0;
    if (!mounted_) std::cout << "did not run: no right to mount a file system\n";
  }
  void TearDown() override {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }

  void fill() {
    const FileDescriptor file(::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    const std::string block(4096, 'x');
    while (::write(file.get(), block.data(), block.size()) > 0) continue;
  }
  void makeRoom() { std::filesystem::remove(filler()); }
  std::string filler() const { return folder_ / "filler"; }
  std::string line(int number) const {
    waf::AuditEvent event = sampleEvent(std::to_string(number), waf::Clock::system().wall());
    event.body_excerpt = std::string(4000, 'x');
    return waf::toAuditJson(event);
  }

  TemporaryFolder folder_;
  bool mounted_ = false;
};

TEST_F(FullDiskTest, WhatWasAcceptedIsWrittenWhenThereIsRoomAgain) {
  if (!mounted_) return;
  auto log = EventLog::open(folder_.path(), waf::Clock::system());
  ASSERT_TRUE(log) << log.error().message;
  (*log)->configure({"relevant", folder_ / "audit.jsonl"}, {});
  const auto spool = (*log)->openSpool();
  size_t accepted = 0;
  // The spare segment is there once the first record went through.
  ASSERT_TRUE(spool->append(line(0), true));
  ++accepted;
  ASSERT_TRUE((*log)->flush(kPatience));
  fill();
  while (spool->append(line(static_cast<int>(accepted)), true)) ++accepted;
  EXPECT_GT(accepted, 100u);
  EXPECT_EQ((*log)->status().lost, 1u);
  EXPECT_FALSE((*log)->flush(std::chrono::milliseconds(500)));
  EXPECT_TRUE(waitUntil([&] {
    return (*log)->status().alarm.find("the disk is full") != std::string::npos;
  })) << (*log)->status().alarm;
  EXPECT_GT((*log)->status().backlog, 0u);

  makeRoom();
  ASSERT_TRUE((*log)->flush(kPatience));
  EXPECT_EQ((*log)->status().backlog, 0u);
  // The writer makes the next spare segment, and drops the alarm, in its own time.
  EXPECT_TRUE(waitUntil([&] { return (*log)->status().alarm.empty(); })) << (*log)->status().alarm;
  ASSERT_TRUE(spool->append(line(static_cast<int>(accepted)), true));
  ++accepted;
  ASSERT_TRUE((*log)->flush(kPatience));
  EXPECT_EQ((*log)->status().alarm, "");
  const std::vector<std::string> lines = linesOf(folder_ / "audit.jsonl");
  ASSERT_EQ(lines.size(), accepted);
  for (size_t i = 0; i < lines.size(); ++i) {
    waf::AuditEvent event;
    ASSERT_TRUE(waf::parseAuditJson(lines[i], &event));
    ASSERT_EQ(event.id, std::to_string(i));
  }
  size_t stored = 0;
  SqliteEventStore store(folder_ / "events");
  ASSERT_TRUE(store.forEach({}, [&stored](const waf::AuditEvent&) { return ++stored > 0; }));
  EXPECT_EQ(stored, accepted);
}

TEST_F(FullDiskTest, ACommitSaysSoAndTheOldVersionStays) {
  if (!mounted_) return;
  auto store = Store::open(folder_.path(), waf::Clock::system());
  ASSERT_TRUE(store) << store.error().message;
  Config config = sampleConfig();
  ASSERT_TRUE((*store)->config().commit(config, 0, "ann", ""));
  ASSERT_TRUE(
      saveLastGood(folder_.path(), {1, waf::Clock::system().wall(), "ann", "", {}}, config));
  ASSERT_TRUE((*store)->users().add("ann", "admin", "correct horse battery", false));
  fill();
  config.sites[0].hosts = {"new.example"};
  config.certificates[0].chain_pem = std::string(200000, 'x');
  const auto version = (*store)->config().commit(config, 1, "ann", "");
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, ErrorCode::Exhausted);
  EXPECT_THAT(version.error().message, HasSubstr("the disk is full"));
  const auto saved =
      saveLastGood(folder_.path(), {2, waf::Clock::system().wall(), "", "", {}}, config);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::Exhausted);
  EXPECT_EQ(loadLastGood(folder_.path())->first.number, 1);
  EXPECT_EQ((*store)->config().load()->second.sites[0].hosts[0], "shop.example");
  EXPECT_TRUE((*store)->users().authenticate("ann", "correct horse battery"));
}

}  // namespace
}  // namespace db
