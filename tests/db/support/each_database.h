#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "db/sql/database.h"
#include "db/store/store.h"
#include "tests/db/support/temporary_folder.h"

namespace db {

enum class Backend { Sqlite, Postgresql };

// A test that runs on each kind of database, on a fresh one. Where PostgreSQL is not installed its
// half is skipped, with the reason. A SetUp() of a derived class begins with this one and returns
// when IsSkipped().
class DatabaseTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;

  bool onPostgres() const { return GetParam() == Backend::Postgresql; }
  std::unique_ptr<Store> openStore();
  // The same database without a store about it.
  std::unique_ptr<Database> openDatabase();
  void execute(Database& database, const std::string& sql);
  int64_t number(Database& database, const std::string& sql);

  TemporaryFolder folder_;
  waf::ManualClock clock_{waf::WallTime(std::chrono::hours(24 * 365 * 56))};
  std::string url_;  // as Store::open() takes it
};

std::string backendName(const testing::TestParamInfo<Backend>& info);

#define INSTANTIATE_ON_EACH_DATABASE(suite)                                                    \
  INSTANTIATE_TEST_SUITE_P(Each, suite, testing::Values(Backend::Sqlite, Backend::Postgresql), \
                           backendName)

}  // namespace db
