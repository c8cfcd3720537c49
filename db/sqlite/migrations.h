#pragma once

#include <span>
#include <string>
#include <string_view>

#include "db/sqlite/database.h"

namespace db {

// A file of db/migrations, embedded at build. Numbers begin at 1 and have no gap; a file that was
// released is never changed.
struct Migration {
  int number;
  std::string_view name;  // "0001_first.sql"
  std::string_view sql;
};

// All of the product's, in order.
std::span<const Migration> allMigrations();

// Brings the schema up to date, each migration in its own transaction; the number reached is PRAGMA
// user_version. A database that already had a schema is first copied to `snapshot_path` +
// ".v<number>" (the newest copy of each number is kept). A database of a newer product is Corrupt:
// it is not touched.
Result<void> migrate(Database& database, std::span<const Migration> migrations,
                     const std::string& snapshot_path);

}  // namespace db
