#include "db/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "db/store/file.h"
#include "tests/db/support/config_sample.h"
#include "tests/db/support/each_database.h"

namespace db {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using waf::ErrorCode;

class StoreTest : public DatabaseTest {
 protected:
  std::unique_ptr<Store> open() { return openStore(); }
};
INSTANTIATE_ON_EACH_DATABASE(StoreTest);

// What is of a file alone.
class StoreFileTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = Store::open(folder_.path(), clock_);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }

  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 365 * 56))};
};

TEST_P(StoreTest, AFreshStoreHasVersionZeroAndAnEmptyConfiguration) {
  EXPECT_FALSE(databaseExists(folder_.path(), url_));
  const auto store = open();
  const auto loaded = store->config().load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->first.number, 0);
  EXPECT_TRUE(loaded->second.sites.empty());
  EXPECT_TRUE(databaseExists(folder_.path(), url_));
}

TEST_P(StoreTest, ACommittedConfigurationIsThereAfterReopening) {
  {
    const auto store = open();
    const auto version = store->config().commit(sampleConfig(), 0, "ann", "first");
    ASSERT_TRUE(version) << version.error().message;
    EXPECT_EQ(version->number, 1);
  }
  const auto loaded = open()->config().load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->first.author, "ann");
  EXPECT_EQ(loaded->second.sites.at(0).name, "shop");
  EXPECT_EQ(loaded->second.certificates.at(0).key_pem, "private\n");
}

TEST_F(StoreFileTest, PrivateKeysAreNotInTheDatabase) {
  {
    Config config = sampleConfig();
    config.certificates[0].key_pem = "very-private-key-material";
    ASSERT_TRUE(open()->config().commit(config, 0, "ann", ""));
  }
  const auto content = readFile(folder_ / "portcullis.db", 1 << 24);
  ASSERT_TRUE(content);
  EXPECT_THAT(*content, HasSubstr("shop.example"));
  EXPECT_THAT(*content, Not(HasSubstr("very-private-key-material")));
}

TEST_P(StoreTest, TheSecretKeyIsReadableByItsOwnerAlone) {
  open();
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "secret.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_P(StoreTest, ACommitOnAnOldVersionIsAConflict) {
  const auto store = open();
  ASSERT_TRUE(store->config().commit(sampleConfig(), 0, "ann", ""));
  const auto second = store->config().commit(sampleConfig(), 0, "bob", "");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
}

TEST_P(StoreTest, VersionsCarryWhatChangedNewestFirst) {
  const auto store = open();
  ASSERT_TRUE(store->config().commit(sampleConfig(), 0, "ann", ""));
  auto loaded = store->config().load();
  loaded->second.sites[0].waf.mode = "On";
  ASSERT_TRUE(store->config().commit(loaded->second, 1, "ann", "block"));
  const auto versions = store->config().versions(10);
  ASSERT_TRUE(versions);
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_THAT((*versions)[0].changes, ElementsAre("site shop: waf.mode DetectionOnly → On"));
  EXPECT_EQ(store->config().loadVersion(1)->sites[0].waf.mode, "DetectionOnly");
  EXPECT_EQ(store->config().loadVersion(9).error().code, ErrorCode::NotFound);
}

TEST_P(StoreTest, AnUnchangedKeyKeepsItsSealedText) {
  const auto store = open();
  ASSERT_TRUE(store->config().commit(sampleConfig(), 0, "ann", ""));
  const std::string sealed = store->config().load()->second.certificates[0].key_sealed;
  EXPECT_FALSE(sealed.empty());
  Config config = sampleConfig();
  config.certificates[0].key_sealed = sealed;
  ASSERT_TRUE(store->config().commit(config, 1, "ann", ""));
  EXPECT_EQ(store->config().load()->second.certificates[0].key_sealed, sealed);
}

TEST_P(StoreTest, AnExportIsAppliedAgainByItsSealedKeys) {
  const auto store = open();
  ASSERT_TRUE(store->config().commit(sampleConfig(), 0, "ann", ""));
  Config exported = store->config().load()->second;
  exported.certificates[0].key_pem.clear();
  ASSERT_TRUE(store->config().unsealKeys(&exported));
  EXPECT_EQ(exported.certificates[0].key_pem, "private\n");
}

TEST_P(StoreTest, ASealedKeyOfAnotherInstallationIsRefused) {
  const auto store = open();
  Config config = sampleConfig();
  config.certificates[0].key_pem.clear();
  config.certificates[0].key_sealed = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const auto version = store->config().commit(config, 0, "ann", "");
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, ErrorCode::Invalid);
  EXPECT_THAT(version.error().message, HasSubstr("certificate \"demo\""));
}

TEST_P(StoreTest, ASecondOwnerOfTheFolderIsTurnedAway) {
  const auto store = open();
  const auto second = Store::open(folder_.path(), clock_, url_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(::getpid())));
}

TEST_F(StoreFileTest, ADamagedDatabaseIsCorruptAndStaysUntouched) {
  open();
  const std::string path = folder_ / "portcullis.db";
  const std::string garbage(20000, 'x');
  std::ofstream(path, std::ios::binary) << garbage;
  const auto store = Store::open(folder_.path(), clock_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(*readFile(path, 1 << 20), garbage);
  EXPECT_TRUE(databaseExists(folder_.path()));
}

TEST_F(StoreFileTest, AFolderInPlaceOfTheDatabaseIsCorrupt) {
  std::filesystem::create_directory(folder_ / "portcullis.db");
  const auto store = Store::open(folder_.path(), clock_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::Corrupt);
}

TEST_P(StoreTest, ADatabaseWithoutItsSecretKeyIsRefused) {
  ASSERT_TRUE(open()->config().commit(sampleConfig(), 0, "ann", ""));
  std::filesystem::remove(folder_ / "secret.key");
  const auto store = Store::open(folder_.path(), clock_, url_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::Corrupt);
  EXPECT_THAT(store.error().message, HasSubstr("secret.key"));
}

TEST_F(StoreFileTest, TheLastGoodConfigurationComesBackWithItsKeys) {
  EXPECT_EQ(loadLastGood(folder_.path()).error().code, ErrorCode::NotFound);
  const ConfigVersion version{7, clock_.wall(), "ann", "fine", {}};
  ASSERT_TRUE(saveLastGood(folder_.path(), version, sampleConfig()));
  const auto loaded = loadLastGood(folder_.path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->first.number, 7);
  EXPECT_EQ(loaded->first.time, clock_.wall());
  EXPECT_EQ(loaded->second.certificates[0].key_pem, "private\n");
  EXPECT_THAT(*readFile(folder_ / "last-good.json", 1 << 20), Not(HasSubstr("private")));
}

TEST_F(StoreFileTest, ADamagedLastGoodIsCorrupt) {
  std::ofstream(folder_ / "last-good.json") << "{\"version\":";
  EXPECT_EQ(loadLastGood(folder_.path()).error().code, ErrorCode::Corrupt);
}

}  // namespace
}  // namespace db
