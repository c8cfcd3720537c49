#include "db/sqlite/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/db/support/temporary_folder.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;

constexpr Migration kFirst{1, "0001_a.sql", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)"};
constexpr Migration kSecond{2, "0002_b.sql", "ALTER TABLE a ADD y INTEGER NOT NULL DEFAULT 5"};
constexpr Migration kBroken{2, "0002_b.sql",
                            "INSERT INTO a VALUES (2); INSERT INTO nowhere VALUES (1)"};

class MigrationsTest : public testing::Test {
 protected:
  Result<void> run(std::vector<Migration> migrations) {
    return migrate(*database_, migrations, snapshot());
  }
  std::string snapshot() const { return folder_ / "snapshot"; }
  int64_t number(const std::string& sql) {
    int64_t out = 0;
    const auto read = database_->run([&](Poco::Data::Session& session) -> Result<void> {
      session << sql, into(out), now;
      return {};
    });
    EXPECT_TRUE(read) << read.error().message;
    return out;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_{
      std::move(*Database::open(folder_ / "m.db", Database::Mode::Create))};
};

TEST_F(MigrationsTest, RunsWhatIsMissingAfterASnapshot) {
  ASSERT_TRUE(run({kFirst}));
  EXPECT_FALSE(std::filesystem::exists(snapshot() + ".v0"));
  ASSERT_TRUE(run({kFirst, kSecond}));
  EXPECT_EQ(number("SELECT y FROM a"), 5);
  EXPECT_TRUE(std::filesystem::exists(snapshot() + ".v1"));
  ASSERT_TRUE(run({kFirst, kSecond}));
  EXPECT_EQ(number("SELECT COUNT(*) FROM a"), 1);
}

TEST_F(MigrationsTest, AFailedOneChangesNothing) {
  ASSERT_TRUE(run({kFirst}));
  const auto failed = run({kFirst, kBroken});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, testing::HasSubstr("0002_b.sql"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM a"), 1);
  EXPECT_EQ(number("PRAGMA user_version"), 1);
}

TEST_F(MigrationsTest, ADatabaseOfANewerProductIsNotTouched) {
  ASSERT_TRUE(run({kFirst, kSecond}));
  const auto older = run({kFirst});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, waf::ErrorCode::Corrupt);
}

TEST(AllMigrationsTest, AreNumberedFromOne) {
  int expected = 1;
  for (const Migration& migration : allMigrations()) EXPECT_EQ(migration.number, expected++);
  EXPECT_GT(expected, 1);
}

}  // namespace
}  // namespace db
