#pragma once

#include <string>
#include <string_view>

#include "waf/base/result.h"

namespace db {

using waf::Result;

// postgresql://[USER[:PASSWORD]@][HOST[:PORT]][/DATABASE][?NAME=VALUE&…], as libpq reads it: what
// is left out comes from its environment (PGUSER, PGPASSWORD, …). Socket: ?host=/run/postgresql
struct PostgresUrl {
  std::string connection;  // for Poco's connector; may hold the password
  std::string shown;       // for messages: without it
};

bool isPostgresUrl(std::string_view text);

// Invalid, naming the part that is wrong and never the password.
Result<PostgresUrl> parsePostgresUrl(std::string_view url);

}  // namespace db
