#include "db/sql/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/sqlite/sqlite_database.h"
#include "tests/db/support/each_database.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;

constexpr Migration kFirst{1, "0001_a.sql", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)"};
constexpr Migration kSecond{2, "0002_b.sql", "ALTER TABLE a ADD y INTEGER NOT NULL DEFAULT 5"};
constexpr Migration kBroken{2, "0002_b.sql",
                            "INSERT INTO a VALUES (2); INSERT INTO nowhere VALUES (1)"};

class MigrationsTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    database_ = openDatabase();
    ASSERT_TRUE(database_);
  }
  Result<void> run(std::vector<Migration> migrations) { return migrate(*database_, migrations); }
  std::string snapshot(int version) const {
    return folder_ / ("portcullis.db.before.v" + std::to_string(version));
  }

  std::unique_ptr<Database> database_;
};
INSTANTIATE_ON_EACH_DATABASE(MigrationsTest);

TEST_P(MigrationsTest, RunsWhatIsMissingAfterASnapshot) {
  EXPECT_EQ(*database_->schemaVersion(), 0);
  ASSERT_TRUE(run({kFirst}));
  EXPECT_FALSE(std::filesystem::exists(snapshot(0)));
  ASSERT_TRUE(run({kFirst, kSecond}));
  EXPECT_EQ(number(*database_, "SELECT y FROM a"), 5);
  // PostgreSQL's are pg_dump's to make.
  EXPECT_EQ(std::filesystem::exists(snapshot(1)), !onPostgres());
  ASSERT_TRUE(run({kFirst, kSecond}));
  EXPECT_EQ(number(*database_, "SELECT COUNT(*) FROM a"), 1);
}

TEST_P(MigrationsTest, AFailedOneChangesNothing) {
  ASSERT_TRUE(run({kFirst}));
  const auto failed = run({kFirst, kBroken});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, testing::HasSubstr("0002_b.sql"));
  EXPECT_EQ(number(*database_, "SELECT COUNT(*) FROM a"), 1);
  EXPECT_EQ(*database_->schemaVersion(), 1);
}

TEST_P(MigrationsTest, ADatabaseOfANewerProductIsNotTouched) {
  ASSERT_TRUE(run({kFirst, kSecond}));
  const auto older = run({kFirst});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, waf::ErrorCode::Corrupt);
}

TEST_P(MigrationsTest, TheProductsOwnRunOnAnEmptyDatabase) {
  const auto all = onPostgres() ? postgresMigrations() : sqliteMigrations();
  const auto done = migrate(*database_, all);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(*database_->schemaVersion(), static_cast<int>(all.size()));
}

// Version 0.1 knew the last number from SQLite's own table.
TEST(SqliteMigrationsTest, TheLastActGivenIsTakenOver) {
  const TemporaryFolder folder;
  const auto database =
      std::move(*SqliteDatabase::open(folder / "a.db", SqliteDatabase::Mode::Create));
  ASSERT_TRUE(migrate(*database, sqliteMigrations().first(4)));
  int64_t given = 0;
  const auto done = database->run([&](Poco::Data::Session& session) -> Result<void> {
    session << "INSERT INTO admin_log VALUES (7, 1, '', '', '', '', '', '')", now;
    session << "DELETE FROM admin_log", now;
    return {};
  });
  ASSERT_TRUE(done);
  ASSERT_TRUE(migrate(*database, sqliteMigrations()));
  ASSERT_TRUE(database->run([&](Poco::Data::Session& session) -> Result<void> {
    session << "SELECT number FROM admin_log_given", into(given), now;
    return {};
  }));
  EXPECT_EQ(given, 7);
}

TEST(SplitStatementsTest, KnowsTextsAndComments) {
  EXPECT_THAT(splitStatements("-- a; b\nSELECT ';' ; SELECT \";\" -- c;\n, 2;\n-- end; \n"),
              testing::ElementsAre("-- a; b\nSELECT ';'", "SELECT \";\" -- c;\n, 2"));
  EXPECT_THAT(splitStatements(" ;; \n"), testing::IsEmpty());
  EXPECT_THAT(splitStatements("SELECT 'open; "), testing::ElementsAre("SELECT 'open;"));
}

TEST(AllMigrationsTest, AreNumberedFromOne) {
  for (const auto all : {sqliteMigrations(), postgresMigrations()}) {
    int expected = 1;
    for (const Migration& migration : all) EXPECT_EQ(migration.number, expected++);
    EXPECT_GT(expected, 1);
  }
}

}  // namespace
}  // namespace db
