#include "db/backup/backup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "db/backup/backup_files.h"
#include "db/backup/scratch_copy.h"
#include "db/backup/sealed_file.h"
#include "db/config/config_json.h"
#include "db/events/event_writer.h"
#include "db/store/file.h"
#include "db/store/store.h"
#include "tests/db/support/config_sample.h"
#include "tests/db/support/event_sample.h"
#include "tests/db/support/temporary_folder.h"

namespace db {
namespace {

using testing::HasSubstr;
using waf::ErrorCode;

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    const Result<std::unique_ptr<Store>> store = Store::open(data(), clock_);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->config().commit(sampleConfig(), 0, "admin", "first"));
    ASSERT_TRUE((*store)->users().add("alice", "admin", "correct horse battery", false));
    EventWriter writer(data() + "/events", clock_);
    for (uint64_t i = 1; i <= 50; ++i) {
      const std::string line = waf::toAuditJson(sampleEvent(std::to_string(i), clock_.wall()));
      const SpooledRecord record{i, line, "segment", i};
      ASSERT_TRUE(writer.write({&record, 1}));
      clock_.advance(std::chrono::hours(1));
    }
    std::filesystem::create_directories(data() + "/rulesets/own/rules");
    std::ofstream(data() + "/rulesets/own/rules/a.conf") << "SecRuleEngine On\n";
  }

  std::string data() const { return folder_ / "data"; }
  std::string file() const { return folder_ / "backup"; }
  Result<BackupSummary> write(const std::string& passphrase = "") const {
    return writeBackup(data(), file(), {passphrase, true});
  }
  // Everything below the folder with its content, but for locks.
  static std::map<std::string, std::string> contents(const std::string& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      out[entry.path()] = std::string(std::istreambuf_iterator<char>(stream), {});
    }
    return out;
  }

  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000 + 12))};
};

TEST_F(BackupTest, ASecondMachineGetsTheSameConfigurationAndEvents) {
  for (const std::string passphrase : {"", "a long passphrase"}) {
    ASSERT_TRUE(write(passphrase));
    const std::string second = folder_ / "second" + passphrase;
    const auto staged = stageRestore(file(), passphrase, second, clock_);
    ASSERT_TRUE(staged) << staged.error().message;
    EXPECT_EQ(staged->config_version, 1);
    EXPECT_EQ(staged->users, 1u);
    EXPECT_EQ(staged->events, 50u);
    EXPECT_FALSE(staged->changes.empty());
    ASSERT_TRUE(commitRestore(*staged, second, clock_));
    const auto first_store = Store::open(data(), clock_);
    const auto second_store = Store::open(second, clock_);
    ASSERT_TRUE(second_store) << second_store.error().message;
    EXPECT_EQ(toJson((*second_store)->config().load()->second),
              toJson((*first_store)->config().load()->second));
    size_t events = 0;
    EXPECT_TRUE((*second_store)->events().forEach({}, [&events](const waf::AuditEvent&) {
      return ++events > 0;
    }));
    EXPECT_EQ(events, 50u);
    EXPECT_TRUE((*second_store)->users().authenticate("alice", "correct horse battery"));
    EXPECT_EQ(*readFile(second + "/rulesets/own/rules/a.conf", 100), "SecRuleEngine On\n");
  }
}

TEST_F(BackupTest, WhatIsAlteredOrCutAnywhereIsRefusedAndTouchesNothing) {
  for (const std::string passphrase : {"", "secret"}) {
    ASSERT_TRUE(write(passphrase));
    const std::string whole = *readFile(file(), 64u << 20);
    const auto before = contents(data());
    const auto refused = [&](const std::string& bytes) {
      std::ofstream(file(), std::ios::binary | std::ios::trunc) << bytes;
      const auto staged = stageRestore(file(), passphrase, data(), clock_);
      EXPECT_FALSE(staged);
      EXPECT_EQ(contents(data()), before);
    };
    refused("");
    refused(whole.substr(0, 30));
    refused(whole.substr(0, whole.size() / 2));
    refused(whole.substr(0, whole.size() - 1));
    refused(whole + "x");
    const size_t positions = passphrase.empty() ? 40 : 5;  // each costs one scrypt
    for (size_t i = 0; i < positions; ++i) {
      const size_t at = i * (whole.size() - 1) / (positions - 1);
      // The salt of a backup in clear protects nothing and is used for nothing.
      if (passphrase.empty() && at > 20 && at < 37) continue;
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 1);
      refused(bytes);
    }
  }
}

TEST_F(BackupTest, AnotherPassphraseOpensNothing) {
  ASSERT_TRUE(write("right"));
  EXPECT_EQ(stageRestore(file(), "wrong", data(), clock_).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(stageRestore(file(), "", data(), clock_).error().code, ErrorCode::Denied);
  EXPECT_EQ(readFile(file(), 64u << 20)->find("alice"), std::string::npos);
}

TEST_F(BackupTest, APassphraseDoesNotOpenABackupInClear) {
  ASSERT_TRUE(write());
  const auto staged = stageRestore(file(), "right", data(), clock_);
  ASSERT_FALSE(staged);
  EXPECT_EQ(staged.error().code, ErrorCode::Denied);
  EXPECT_THAT(staged.error().message, HasSubstr("is not encrypted"));
}

TEST_F(BackupTest, TheScratchCopyIsNobodyElsesAndGoesAway) {
  // Beside the backup, where others may write, nothing is made but the file itself.
  const auto foreign = FileDescriptor(::open((file() + ".part").c_str(), O_RDWR | O_CREAT, 0666));
  const std::string victim = folder_ / "victim";
  std::ofstream(victim) << "kept";
  std::filesystem::create_symlink(victim, file() + ".database");
  ASSERT_TRUE(write());
  char byte = 0;
  EXPECT_EQ(::pread(foreign.get(), &byte, 1, 0), 0) << "the backup went into somebody's file";
  EXPECT_EQ(*readFile(victim, 100), "kept");
  EXPECT_TRUE(std::filesystem::is_symlink(file() + ".database"));
  for (const auto& [path, content] : contents(data())) {
    EXPECT_THAT(path, testing::Not(HasSubstr("/backup-"))) << path;
  }
}

TEST_F(BackupTest, WhatAKilledBackupLeftGoesAtTheNextStartAndOneUnderWayStays) {
  std::ofstream(data() + "/backup-a1B2c3") << "left";
  std::ofstream(data() + "/backup-a1B2c3-journal") << "left";
  std::ofstream(data() + "/backup-of-mine") << "not ours";
  const auto used = ScratchCopy::make(data());
  ASSERT_TRUE(used);
  EXPECT_EQ(std::filesystem::status(used->path()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(Store::open(data(), clock_));
  EXPECT_FALSE(std::filesystem::exists(data() + "/backup-a1B2c3"));
  EXPECT_FALSE(std::filesystem::exists(data() + "/backup-a1B2c3-journal"));
  EXPECT_TRUE(std::filesystem::exists(data() + "/backup-of-mine"));
  EXPECT_TRUE(std::filesystem::exists(used->path()));
}

TEST_F(BackupTest, ItIsWrittenWhileTheStoreIsInUse) {
  const auto store = Store::open(data(), clock_);
  ASSERT_TRUE(store);
  ASSERT_TRUE(write());
  const auto staged = stageRestore(file(), "", data(), clock_);
  ASSERT_TRUE(staged) << staged.error().message;
  EXPECT_EQ(commitRestore(*staged, data(), clock_).error().code, ErrorCode::Conflict);
  discardRestore(*staged);
}

TEST_F(BackupTest, ARestoreShowsTheDifferencesAndKeepsWhatWasThere) {
  ASSERT_TRUE(write());
  {
    const auto store = Store::open(data(), clock_);
    Config changed = sampleConfig();
    changed.sites[0].waf.mode = "Off";
    ASSERT_TRUE((*store)->config().commit(changed, 1, "admin", ""));
    ASSERT_TRUE(saveLastGood(data(), {.number = 2}, changed));
  }
  const auto staged = stageRestore(file(), "", data(), clock_);
  ASSERT_TRUE(staged) << staged.error().message;
  ASSERT_EQ(staged->changes.size(), 1u);
  EXPECT_THAT(staged->changes[0], HasSubstr("waf.mode Off → "));
  const auto before = commitRestore(*staged, data(), clock_);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_TRUE(std::filesystem::exists(*before + "/portcullis.db"));
  EXPECT_EQ((*Store::open(data(), clock_))->config().load()->first.number, 1);
}

TEST_F(BackupTest, NamesThatLeadOutOfTheDataDirectoryAreRefused) {
  for (const char* name : {"../x", "/etc/passwd", "rulesets/../secret.key", "rulesets/",
                           "rulesets/a/./b", "lock", "events/x", "events/../portcullis.db", ""}) {
    EXPECT_FALSE(isBackupName(name)) << name;
    auto out = SealedWriter::create(file(), "");
    ASSERT_TRUE(out);
    const std::string text(name);
    const std::string head{'F', static_cast<char>(text.size()), 0, 1, 0, 0, 0, 0, 0, 0, 0};
    ASSERT_TRUE(out->write(head + text + "x" + "E"));
    ASSERT_TRUE(out->finish());
    EXPECT_EQ(stageRestore(file(), "", data(), clock_).error().code, ErrorCode::Corrupt) << name;
  }
  EXPECT_TRUE(isBackupName("rulesets/a/b.conf"));
  EXPECT_TRUE(isBackupName("events/events-20261125-2.db"));
}

TEST_F(BackupTest, ADirectoryWithoutADatabaseHasNoBackup) {
  EXPECT_EQ(writeBackup(folder_ / "none", file(), {}).error().code, ErrorCode::NotFound);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

}  // namespace
}  // namespace db
