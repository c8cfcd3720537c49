#include "waf/scan/database_cache.h"

#include <gtest/gtest.h>
#include <hs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "waf/scan/content_hash.h"

namespace waf {
namespace {

class DatabaseCacheTest : public testing::Test {
 protected:
  DatabaseCacheTest() {
    std::string name = (std::filesystem::temp_directory_path() / "scan-cache-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~DatabaseCacheTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path fileOf(const std::vector<DatabasePattern>& patterns) const {
    return folder_ / (contentHash(patterns) + ".hsdb");
  }

  static bool finds(const PatternDatabase& database, std::string_view text) {
    bool found = false;
    EXPECT_TRUE(database.scan(
        text, [](unsigned, void* context) { *static_cast<bool*>(context) = true; }, &found));
    return found;
  }

  std::filesystem::path folder_;
  const std::vector<DatabasePattern> patterns_ = {{"cached[0-9]", HS_FLAG_SINGLEMATCH}};
};

TEST_F(DatabaseCacheTest, WritesWhatItCompiled) {
  DatabaseCache cache(folder_.string());
  ASSERT_NE(cache.database(patterns_), nullptr);
  EXPECT_TRUE(std::filesystem::exists(fileOf(patterns_)));
}

TEST_F(DatabaseCacheTest, ReadsWhatAnotherWrote) {
  { ASSERT_NE(DatabaseCache(folder_.string()).database(patterns_), nullptr); }
  const auto written = std::filesystem::last_write_time(fileOf(patterns_));
  const auto again = DatabaseCache(folder_.string()).database(patterns_);
  ASSERT_NE(again, nullptr);
  EXPECT_TRUE(finds(*again, "cached7"));
  EXPECT_EQ(std::filesystem::last_write_time(fileOf(patterns_)), written);
}

TEST_F(DatabaseCacheTest, SharesADatabaseThatIsInUse) {
  const auto first = DatabaseCache(folder_.string()).database(patterns_);
  const auto second = DatabaseCache("").database(patterns_);
  EXPECT_EQ(first, second);
}

TEST_F(DatabaseCacheTest, MakesADamagedFileAgain) {
  { ASSERT_NE(DatabaseCache(folder_.string()).database(patterns_), nullptr); }
  {
    std::fstream file(fileOf(patterns_), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(300);
    file.put('\x5a');
    file.put('\xa5');
  }
  const auto again = DatabaseCache(folder_.string()).database(patterns_);
  ASSERT_NE(again, nullptr);
  EXPECT_TRUE(finds(*again, "cached7"));
}

TEST_F(DatabaseCacheTest, MakesATruncatedFileAgain) {
  { ASSERT_NE(DatabaseCache(folder_.string()).database(patterns_), nullptr); }
  std::filesystem::resize_file(fileOf(patterns_), 40);
  EXPECT_NE(DatabaseCache(folder_.string()).database(patterns_), nullptr);
}

TEST_F(DatabaseCacheTest, GoesOnWithoutAFolderThatCanBeWritten) {
  DatabaseCache cache("/proc/no/such/folder");
  EXPECT_NE(cache.database(patterns_), nullptr);
  EXPECT_TRUE(cache.judge(patterns_.front()).scan);
  cache.saveVerdicts();
}

TEST_F(DatabaseCacheTest, KeepsVerdicts) {
  const DatabasePattern slow{"x.{5}", HS_FLAG_SINGLEMATCH};
  {
    std::ofstream file(folder_ / "verdicts");
    file << contentHash({slow}) << " 0 1\n"
         << "broken line\n";
  }
  DatabaseCache cache(folder_.string());
  EXPECT_FALSE(cache.judge(slow).scan);
  EXPECT_TRUE(cache.judge(slow).matches_empty);
  EXPECT_TRUE(cache.judge(patterns_.front()).scan);
  cache.saveVerdicts();
  EXPECT_FALSE(DatabaseCache(folder_.string()).judge(slow).scan);
}

TEST_F(DatabaseCacheTest, TellsPatternsApartByTextAndFlags) {
  EXPECT_NE(contentHash({{"a", 0}, {"b", 0}}), contentHash({{"ab", 0}}));
  EXPECT_NE(contentHash({{"a", 0}}), contentHash({{"a", HS_FLAG_CASELESS}}));
}

TEST_F(DatabaseCacheTest, HasNoDatabaseOfWhatDoesNotCompile) {
  EXPECT_EQ(DatabaseCache("").database({{"(", 0}}), nullptr);
}

}  // namespace
}  // namespace waf
