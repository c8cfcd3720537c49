#include "db/sql/migrations.h"

#include "waf/base/text.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

// Behind the comment or the text in quotes that begins at `at`; the next byte where there is none.
size_t skipToken(std::string_view script, size_t at) {
  if (script.substr(at, 2) == "--") return std::min(script.find('\n', at), script.size());
  const char quote = script[at];
  if (quote != '\'' && quote != '"') return at + 1;
  const size_t end = script.find(quote, at + 1);
  return end == std::string_view::npos ? script.size() : end + 1;
}

}  // namespace

std::vector<std::string> splitStatements(std::string_view script) {
  std::vector<std::string> out;
  size_t start = 0;
  bool empty = true;  // nothing but space and comments so far
  const auto finish = [&](size_t end) {
    if (!empty) out.emplace_back(waf::trim(script.substr(start, end - start)));
    start = end + 1;
    empty = true;
  };
  for (size_t at = 0; at < script.size();) {
    const size_t next = skipToken(script, at);
    if (script[at] == ';') {
      finish(at);
    } else if (script.substr(at, 2) != "--" &&
               std::string_view(" \t\r\n").find(script[at]) == std::string_view::npos) {
      empty = false;
    }
    at = next;
  }
  finish(script.size());
  return out;
}

Result<void> migrate(Database& database, std::span<const Migration> migrations) {
  const Result<int> version = database.schemaVersion();
  if (!version) return waf::fail(version.error());
  const int newest = static_cast<int>(migrations.size());
  if (*version > newest) {
    return waf::fail(ErrorCode::Corrupt, "db",
                     database.name() + ": was written by a newer version (schema " +
                         std::to_string(*version) + ", this one knows " + std::to_string(newest) +
                         "); install that version again or restore a snapshot");
  }
  if (*version == newest) return {};
  if (*version > 0) {
    const Result<void> copied = database.takeSnapshot(*version);
    if (!copied) return copied;
  }
  for (const Migration& migration : migrations.subspan(static_cast<size_t>(*version))) {
    const Result<void> done = database.transact([&](Session& session) -> Result<void> {
      for (const std::string& statement : splitStatements(migration.sql)) {
        session << statement, now;
      }
      database.setSchemaVersion(session, migration.number);
      return {};
    });
    if (!done) {
      return waf::fail(done.error().code, "db",
                       "migration " + std::string(migration.name) +
                           " failed, nothing was changed: " + done.error().message);
    }
  }
  return {};
}

}  // namespace db
