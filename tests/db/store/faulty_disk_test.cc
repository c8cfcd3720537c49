#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "db/backup/backup.h"
#include "db/store/store.h"
#include "tests/db/support/config_sample.h"
#include "tests/db/support/faulty_vfs.h"
#include "tests/db/support/temporary_folder.h"

// The configuration, the users and the log of acts on a disk that fails: nothing is half done, the
// error names the mend, and everything is there again when the disk is well.
namespace db {
namespace {

using testing::HasSubstr;

class FaultyStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::open(folder_ / "data", clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
    ASSERT_TRUE(store_->config().commit(sampleConfig(), 0, "ann", "first"));
    ASSERT_TRUE(store_->users().add("ann", "admin", "correct horse battery", false));
    ASSERT_TRUE(store_->adminLog().record({0, {}, "ann", "", "PUT /sites/shop", "200"}));
  }
  void TearDown() override {
    faults_.write_failure = 0;
    faults_.read_failure = 0;
    store_.reset();
  }
  Result<ConfigVersion> change() {
    Config changed = sampleConfig();
    changed.sites[0].waf.mode = "Off";
    return store_->config().commit(changed, 1, "ann", "second");
  }

  FaultyVfs faults_;
  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000))};
  std::unique_ptr<Store> store_;
};

TEST_F(FaultyStoreTest, AChangeThatCannotBeWrittenIsNotHalfThere) {
  const std::pair<int, const char*> kinds[] = {
      {SQLITE_FULL, "the disk is full"},
      {SQLITE_IOERR_WRITE, "the disk reports an error"},
      {SQLITE_READONLY, "cannot be written; check the owner"}};
  for (const auto& [code, words] : kinds) {
    for (const int writes : {0, 1, 2}) {
      faults_.writes_until_failure = writes;
      faults_.write_failure = code;
      const auto version = change();
      const auto act = store_->adminLog().record({0, {}, "ann", "", "PUT /sites/shop", "200"});
      faults_.write_failure = 0;
      ASSERT_FALSE(version) << words << " after " << writes;
      EXPECT_THAT(version.error().message, HasSubstr(words));
      EXPECT_FALSE(act);
      EXPECT_EQ(store_->config().load()->first.number, 1);
      EXPECT_EQ(*store_->adminLog().verify(AdminLog::Depth::Whole), "");
    }
  }
  ASSERT_TRUE(change());
  EXPECT_EQ(store_->config().load()->second.sites[0].waf.mode, "Off");
  ASSERT_TRUE(store_->adminLog().record({0, {}, "ann", "", "PUT /sites/shop", "200"}));
  EXPECT_EQ(*store_->adminLog().verify(AdminLog::Depth::Whole), "");
}

TEST_F(FaultyStoreTest, AReadThatFailsIsAnErrorAndLeavesTheStoreUsable) {
  store_.reset();
  store_ = std::move(*Store::open(folder_ / "data", clock_));
  faults_.read_failure = SQLITE_IOERR_READ;
  const auto users = store_->users().list();
  const auto config = store_->config().load();
  faults_.read_failure = 0;
  // What is in memory may still be read; what is not says why.
  if (!config) {
    EXPECT_THAT(config.error().message, HasSubstr("the disk reports an error"));
  }
  if (!users) {
    EXPECT_THAT(users.error().message, HasSubstr("the disk reports an error"));
  }
  ASSERT_TRUE(store_->config().load());
  EXPECT_EQ(store_->users().list()->size(), 1u);
}

TEST_F(FaultyStoreTest, ABackupThatCannotBeWrittenLeavesNothing) {
  faults_.write_failure = SQLITE_FULL;
  const auto written = writeBackup(folder_ / "data", folder_ / "backup", {});
  faults_.write_failure = 0;
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("the disk is full"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "backup"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "backup.part"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "data")) {
    EXPECT_THAT(entry.path().filename().string(), testing::Not(testing::StartsWith("backup-")));
  }
  EXPECT_TRUE(writeBackup(folder_ / "data", folder_ / "backup", {}));
}

}  // namespace
}  // namespace db
