#include "tests/db/support/each_database.h"

#include "db/postgresql/postgres_database.h"
#include "db/sqlite/sqlite_database.h"
#include "tests/db/support/postgres_server.h"

namespace db {

using namespace Poco::Data::Keywords;

void DatabaseTest::SetUp() {
  if (!onPostgres()) return;
  std::string why_not;
  PostgresServer* const server = PostgresServer::shared(&why_not);
  if (server == nullptr) GTEST_SKIP() << why_not;
  url_ = server->makeSchema();
}

std::unique_ptr<Store> DatabaseTest::openStore() {
  auto store = Store::open(folder_.path(), clock_, url_);
  EXPECT_TRUE(store) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

std::unique_ptr<Database> DatabaseTest::openDatabase() {
  if (onPostgres()) {
    auto opened = PostgresDatabase::open(url_, PostgresDatabase::Mode::Visitor);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  auto opened = SqliteDatabase::open(folder_ / "portcullis.db", SqliteDatabase::Mode::Create);
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? std::move(*opened) : nullptr;
}

void DatabaseTest::execute(Database& database, const std::string& sql) {
  const auto done = database.run([&](Poco::Data::Session& session) -> Result<void> {
    session << sql, now;
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
}

int64_t DatabaseTest::number(Database& database, const std::string& sql) {
  int64_t out = 0;
  const auto read = database.run([&](Poco::Data::Session& session) -> Result<void> {
    session << sql, into(out), now;
    return {};
  });
  EXPECT_TRUE(read) << read.error().message;
  return out;
}

std::string backendName(const testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::Sqlite ? "Sqlite" : "Postgresql";
}

}  // namespace db
