#include "db/sqlite/migrations.h"

#include <sys/stat.h>
#include <unistd.h>

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

Result<int> schemaVersion(Database& database) {
  int version = 0;
  const Result<void> read = database.run([&version](Session& session) -> Result<void> {
    session << "PRAGMA user_version", into(version), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  return version;
}

Result<void> takeSnapshot(Database& database, const std::string& path) {
  // Written beside and renamed, so that a full disk leaves no half copy under the name one would
  // restore.
  std::string partial = path + ".tmp";
  ::unlink(partial.c_str());
  const Result<void> copied = database.run([&partial](Session& session) -> Result<void> {
    session << "VACUUM INTO ?", use(partial), now;
    return {};
  });
  if (!copied) {
    ::unlink(partial.c_str());
    return copied;
  }
  ::chmod(partial.c_str(), 0600);
  if (::rename(partial.c_str(), path.c_str()) != 0) {
    return waf::fail(ErrorCode::Unavailable, "db", path + ": the snapshot cannot be put in place");
  }
  return {};
}

}  // namespace

Result<void> migrate(Database& database, std::span<const Migration> migrations,
                     const std::string& snapshot_path) {
  const Result<int> version = schemaVersion(database);
  if (!version) return waf::fail(version.error());
  const int newest = static_cast<int>(migrations.size());
  if (*version > newest) {
    return waf::fail(ErrorCode::Corrupt, "db",
                     database.path() + ": was written by a newer version (schema " +
                         std::to_string(*version) + ", this one knows " + std::to_string(newest) +
                         "); install that version again or restore a snapshot");
  }
  if (*version == newest) return {};
  if (*version > 0) {
    const Result<void> copied =
        takeSnapshot(database, snapshot_path + ".v" + std::to_string(*version));
    if (!copied) return copied;
  }
  for (const Migration& migration : migrations.subspan(static_cast<size_t>(*version))) {
    const Result<void> done = database.transact([&migration](Session& session) -> Result<void> {
      executeScript(session, std::string(migration.sql));
      // A pragma takes no bound value.
      session << "PRAGMA user_version = " + std::to_string(migration.number), now;
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
