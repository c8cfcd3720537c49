#include "gateway/serve/start_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/postgresql/postgres_database.h"
#include "tests/db/support/config_sample.h"
#include "tests/db/support/postgres_server.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What the daemon starts with when its configuration is in PostgreSQL.
class StartOnPostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string why_not;
    server_ = db::PostgresServer::shared(&why_not);
    if (server_ == nullptr) GTEST_SKIP() << why_not;
    url_ = server_->makeSchema();
  }
  waf::Result<StartConfig> start() { return loadStartConfig(folder_.path(), clock_, url_); }
  void commitAndServe() {
    auto first = start();
    ASSERT_TRUE(first) << first.error().message;
    const auto version = first->store->config().commit(db::sampleConfig(), 0, "ann", "");
    ASSERT_TRUE(version) << version.error().message;
    ASSERT_TRUE(db::saveLastGood(folder_.path(), *version, db::sampleConfig()));
  }

  db::PostgresServer* server_ = nullptr;
  db::TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000))};
  std::string url_;
};

TEST_F(StartOnPostgresTest, TheNewestVersionOfTheServerServes) {
  commitAndServe();
  const auto again = start();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->on_last_good);
  EXPECT_TRUE(again->store);
  EXPECT_EQ(again->version.number, 1);
  EXPECT_EQ(again->config.sites.at(0).name, "shop");
}

TEST_F(StartOnPostgresTest, OutOfReachTheLastGoodServesAndSaysSo) {
  commitAndServe();
  server_->stop();
  const auto away = start();
  server_->start();
  ASSERT_TRUE(away) << away.error().message;
  EXPECT_TRUE(away->on_last_good);
  EXPECT_FALSE(away->store);
  EXPECT_EQ(away->config.sites.at(0).name, "shop");
  EXPECT_THAT(away->alarms,
              ElementsAre(testing::AllOf(
                  HasSubstr("postgresql://portcullis@/postgres"), HasSubstr("cannot be reached"),
                  HasSubstr("serving the last good configuration, version 1"),
                  HasSubstr("Changes are not possible until"))));
}

TEST_F(StartOnPostgresTest, OutOfReachAtTheFirstStartIsTheErrorItself) {
  server_->stop();
  const auto away = start();
  server_->start();
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, waf::ErrorCode::Unavailable);
  EXPECT_THAT(away.error().message, HasSubstr("cannot be reached"));
}

// An emptied database, or a URL that names another one, must not put an empty configuration in
// force.
TEST_F(StartOnPostgresTest, AnEmptyDatabaseIsALossWhereThereWasAConfiguration) {
  commitAndServe();
  url_ = server_->makeSchema();
  const auto lost = start();
  ASSERT_TRUE(lost) << lost.error().message;
  EXPECT_TRUE(lost->on_last_good);
  EXPECT_THAT(lost->alarms, ElementsAre(HasSubstr("holds no configuration")));
  EXPECT_FALSE(db::databaseExists(folder_.path(), url_)) << "nothing was made in it";
}

TEST_F(StartOnPostgresTest, ADirectoryThatAnotherProcessOwnsIsNotServed) {
  commitAndServe();
  const auto owner = start();
  ASSERT_TRUE(owner) << owner.error().message;
  const auto second = start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, waf::ErrorCode::Conflict);
}

// The owner may be a connection that outlived its process, which must not keep the traffic waiting.
TEST_F(StartOnPostgresTest, WhereAnotherOwnsTheSchemaTheLastGoodServesAndSaysSo) {
  commitAndServe();
  const auto owner = db::PostgresDatabase::open(url_, db::PostgresDatabase::Mode::Owner);
  ASSERT_TRUE(owner) << owner.error().message;
  const auto second = start();
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->on_last_good);
  EXPECT_FALSE(second->store);
  EXPECT_EQ(second->config.sites.at(0).name, "shop");
  EXPECT_THAT(
      second->alarms,
      ElementsAre(testing::AllOf(
          HasSubstr("another portcullis owns this database"),
          HasSubstr("serving the last good configuration, version 1"),
          HasSubstr("not possible until that is mended and the gateway is started again"))));
}

TEST_F(StartOnPostgresTest, WhereAnotherOwnsTheSchemaAtTheFirstStartThatIsTheError) {
  commitAndServe();
  const auto owner = db::PostgresDatabase::open(url_, db::PostgresDatabase::Mode::Owner);
  ASSERT_TRUE(owner) << owner.error().message;
  const db::TemporaryFolder other;
  std::filesystem::copy(folder_ / "secret.key", other / "secret.key");
  const auto second = loadStartConfig(other.path(), clock_, url_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, waf::ErrorCode::Unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("another portcullis owns this database"));
}

}  // namespace
}  // namespace gateway
