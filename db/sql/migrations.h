#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/database.h"

namespace db {

// A file of db/migrations, embedded at build. Numbers begin at 1 and have no gap; a file that was
// released is never changed.
struct Migration {
  int number;
  std::string_view name;  // "0001_first.sql"
  std::string_view sql;
};

// All of the product's, in order, for each kind of database.
std::span<const Migration> sqliteMigrations();
std::span<const Migration> postgresMigrations();

// Brings the schema up to date, each migration in its own transaction. A database that already had
// a schema is first copied (takeSnapshot). A database of a newer product is Corrupt: it is not
// touched.
Result<void> migrate(Database& database, std::span<const Migration> migrations);

// The statements of a script: PostgreSQL takes them one by one. Texts in quotes and comments may
// hold a semicolon; a function's body may not.
std::vector<std::string> splitStatements(std::string_view script);

}  // namespace db
