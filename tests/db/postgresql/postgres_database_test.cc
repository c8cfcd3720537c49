#include "db/postgresql/postgres_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/store/store.h"
#include "tests/db/support/config_sample.h"
#include "tests/db/support/postgres_server.h"
#include "tests/db/support/temporary_folder.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;
using testing::HasSubstr;
using testing::Not;
using waf::ErrorCode;

class PostgresDatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string why_not;
    server_ = PostgresServer::shared(&why_not);
    if (server_ == nullptr) GTEST_SKIP() << why_not;
    url_ = server_->makeSchema();
  }
  std::unique_ptr<PostgresDatabase> open() {
    auto opened = PostgresDatabase::open(url_, PostgresDatabase::Mode::Owner);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  static Result<void> execute(Database& database, const std::string& sql) {
    return database.run([&](Poco::Data::Session& session) -> Result<void> {
      session << sql, now;
      return {};
    });
  }

  PostgresServer* server_ = nullptr;
  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 20000))};
  std::string url_;
};

TEST_F(PostgresDatabaseTest, OneOwnerOfASchemaAtATime) {
  auto first = open();
  const auto second = PostgresDatabase::open(url_, PostgresDatabase::Mode::Owner);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_THAT(second.error().message, HasSubstr("another portcullis owns this database"));
  EXPECT_TRUE(PostgresDatabase::open(server_->makeSchema(), PostgresDatabase::Mode::Owner));
  EXPECT_TRUE(PostgresDatabase::open(url_, PostgresDatabase::Mode::Visitor));
  first.reset();
  EXPECT_TRUE(PostgresDatabase::open(url_, PostgresDatabase::Mode::Owner));
}

TEST_F(PostgresDatabaseTest, GoesOnAfterTheServerWasStartedAnew) {
  const auto store = std::move(*Store::open(folder_.path(), clock_, url_));
  ASSERT_TRUE(store->config().commit(sampleConfig(), 0, "ann", "before"));
  server_->stop();
  const auto away = store->config().load();
  EXPECT_EQ(away.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(away.error().message, HasSubstr("cannot be reached"));
  server_->start();
  const auto back = store->config().load();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->first.comment, "before");
  EXPECT_TRUE(store->config().commit(sampleConfig(), 1, "ann", "after"));
  const auto other = PostgresDatabase::open(url_, PostgresDatabase::Mode::Owner);
  EXPECT_EQ(other.error().code, ErrorCode::Conflict) << "it owns the schema again";
}

// The lock went with the connection; while somebody else has it, not one call may get through.
TEST_F(PostgresDatabaseTest, DoesNothingWhileAnotherOwnsTheSchemaAfterARestart) {
  const auto database = open();
  ASSERT_TRUE(execute(*database, "CREATE TABLE t (x BIGINT)"));
  server_->stop();
  server_->start();
  auto other = open();
  ASSERT_TRUE(other);
  for (int call = 0; call < 2; ++call) {
    const auto refused = execute(*database, "INSERT INTO t VALUES (1)");
    ASSERT_FALSE(refused) << "call " << call;
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict) << refused.error().message;
  }
  const auto transaction =
      database->transact([](Poco::Data::Session&) -> Result<void> { return {}; });
  ASSERT_FALSE(transaction);
  EXPECT_EQ(transaction.error().code, ErrorCode::Conflict);
  other.reset();
  EXPECT_TRUE(execute(*database, "INSERT INTO t VALUES (2)"));
  const auto late = PostgresDatabase::open(url_, PostgresDatabase::Mode::Owner);
  ASSERT_FALSE(late) << "it owns the schema again";
  EXPECT_EQ(late.error().code, ErrorCode::Conflict);
  std::string lock_timeout;
  ASSERT_TRUE(database->run([&](Poco::Data::Session& session) -> Result<void> {
    session << "SHOW lock_timeout", into(lock_timeout), now;
    return {};
  }));
  EXPECT_EQ(lock_timeout, "5s");
}

// The server drops a client that is gone, and with it its lock, within half a minute; a statement
// that takes too long ends. (On a socket in a folder the first three have no effect.)
TEST_F(PostgresDatabaseTest, TheServerWaitsForNothingForLong) {
  const auto database = open();
  int64_t ours = 0;
  std::string longest;
  ASSERT_TRUE(database->run([&](Poco::Data::Session& session) -> Result<void> {
    session << "SELECT COUNT(*) FROM pg_settings WHERE source = 'session' AND name IN "
               "('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count')",
        into(ours), now;
    session << "SHOW statement_timeout", into(longest), now;
    return {};
  }));
  EXPECT_EQ(ours, 3);
  EXPECT_EQ(longest, "10s");
}

TEST_F(PostgresDatabaseTest, AStatementThatTakesTooLongIsUnavailableAndTheNextOneRuns) {
  const auto database = open();
  ASSERT_TRUE(execute(*database, "SET statement_timeout = 1000"));
  const auto slow = execute(*database, "SELECT pg_sleep(30)");
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(slow.error().message, HasSubstr("statement timeout"));
  EXPECT_TRUE(execute(*database, "SELECT 1"));
}

TEST_F(PostgresDatabaseTest, ATransactionThatBreaksOffLeavesNothing) {
  const auto database = open();
  ASSERT_TRUE(execute(*database, "CREATE TABLE t (x BIGINT)"));
  const auto broken = database->transact([&](Poco::Data::Session& session) -> Result<void> {
    session << "INSERT INTO t VALUES (1)", now;
    server_->stop();
    session << "INSERT INTO t VALUES (2)", now;
    return {};
  });
  server_->start();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::Unavailable);
  int64_t rows = -1;
  const auto after = database->transact([&](Poco::Data::Session& session) -> Result<void> {
    session << "SELECT COUNT(*) FROM t", into(rows), now;
    return {};
  });
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(rows, 0);
}

TEST_F(PostgresDatabaseTest, AFailedTransactionLeavesTheConnectionUsable) {
  const auto database = open();
  ASSERT_TRUE(execute(*database, "CREATE TABLE t (x BIGINT PRIMARY KEY)"));
  for (int i = 0; i < 3; ++i) {
    const auto failed = database->transact([&](Poco::Data::Session& session) -> Result<void> {
      session << "INSERT INTO t VALUES (1)", now;
      session << "INSERT INTO t VALUES (1)", now;
      return {};
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::Conflict);
    EXPECT_THAT(failed.error().message, HasSubstr("duplicate key"));
  }
  EXPECT_TRUE(execute(*database, "INSERT INTO t VALUES (1)"));
}

TEST_F(PostgresDatabaseTest, AReadOnlyServerIsNamedAsSuch) {
  const auto database = open();
  ASSERT_TRUE(execute(*database, "CREATE TABLE t (x BIGINT)"));
  ASSERT_TRUE(execute(*database, "SET default_transaction_read_only = on"));
  const auto failed = execute(*database, "INSERT INTO t VALUES (1)");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("cannot be written"));
}

TEST_F(PostgresDatabaseTest, PrivateKeysAreNotInTheDatabase) {
  Config config = sampleConfig();
  config.certificates[0].key_pem = "very-private-key-material";
  const auto store = std::move(*Store::open(folder_.path(), clock_, url_));
  ASSERT_TRUE(store->config().commit(config, 0, "ann", ""));
  std::string document;
  const auto visitor = std::move(*PostgresDatabase::open(url_, PostgresDatabase::Mode::Visitor));
  ASSERT_TRUE(visitor->run([&](Poco::Data::Session& session) -> Result<void> {
    session << "SELECT document FROM config_versions", into(document), now;
    return {};
  }));
  EXPECT_THAT(document, HasSubstr("shop.example"));
  EXPECT_THAT(document, Not(HasSubstr("very-private-key-material")));
}

TEST_F(PostgresDatabaseTest, NothingOfTheConfigurationIsInTheDataDirectory) {
  const auto store = std::move(*Store::open(folder_.path(), clock_, url_));
  ASSERT_TRUE(store->config().commit(sampleConfig(), 0, "ann", ""));
  EXPECT_FALSE(databaseExists(folder_.path()));
  EXPECT_TRUE(databaseExists(folder_.path(), url_));
}

TEST(PostgresOutOfReachTest, IsUnavailableAndSaysWhereWithoutThePassword) {
  const TemporaryFolder folder;
  const waf::ManualClock clock{waf::WallTime(std::chrono::hours(24 * 20000))};
  const std::string url = "postgresql://ann:secret@/waf?host=" + folder.path();
  const auto store = Store::open(folder / "data", clock, url);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(store.error().message, HasSubstr("postgresql://ann@/waf"));
  EXPECT_THAT(store.error().message, HasSubstr("cannot be reached"));
  EXPECT_THAT(store.error().message, Not(HasSubstr("secret")));
  EXPECT_TRUE(databaseExists(folder / "data", url)) << "out of reach is not a first start";
}

}  // namespace
}  // namespace db
