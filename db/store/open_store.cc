#include <sys/stat.h>

#include "db/backup/scratch_copy.h"
#include "db/events/event_store.h"
#include "db/postgresql/postgres_database.h"
#include "db/secrets/secret_box.h"
#include "db/sql/admin_log.h"
#include "db/sql/config_store.h"
#include "db/sql/migrations.h"
#include "db/sql/traffic_store.h"
#include "db/sql/user_store.h"
#include "db/sqlite/sqlite_database.h"
#include "db/store/directory_lock.h"
#include "db/store/store.h"

namespace db {
namespace {

using waf::ErrorCode;

constexpr const char* kSqlite = "sqlite";

std::string databasePath(const std::string& data_dir) { return data_dir + "/portcullis.db"; }

class DirectoryStore final : public Store {
 public:
  DirectoryStore(DirectoryLock lock, std::unique_ptr<Database> database, SecretBox box,
                 const std::string& data_dir, const std::string& head_name, const waf::Clock& clock)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        box_(std::move(box)),
        config_(*database_, box_, clock),
        users_(*database_, clock),
        events_(data_dir + "/events"),
        traffic_(*database_, clock),
        admin_log_(*database_, box_, data_dir + "/" + head_name, clock) {}

  ConfigStore& config() override { return config_; }
  UserStore& users() override { return users_; }
  EventStore& events() override { return events_; }
  TrafficStore& traffic() override { return traffic_; }
  SqlAdminLog& adminLog() override { return admin_log_; }
  Result<waf::AuditEvent> unmask(const waf::AuditEvent& event) override;

 private:
  DirectoryLock lock_;
  std::unique_ptr<Database> database_;
  SecretBox box_;
  SqlConfigStore config_;
  SqlUserStore users_;
  SqliteEventStore events_;
  SqlTrafficStore traffic_;
  SqlAdminLog admin_log_;
};

Result<waf::AuditEvent> DirectoryStore::unmask(const waf::AuditEvent& event) {
  if (event.sealed.empty()) {
    return waf::fail(ErrorCode::NotFound, "db",
                     "what is masked in event \"" + event.id +
                         "\" was not kept; the site's events.keep_secrets keeps it from then on");
  }
  const Result<std::string> whole = box_.unseal(event.sealed, eventContext(event.id));
  waf::AuditEvent out;
  if (!whole || !waf::parseAuditJson(*whole, &out)) {
    return waf::fail(ErrorCode::Invalid, "db",
                     "event \"" + event.id +
                         "\" was sealed with another secret.key, or was changed; restore the key "
                         "that it was sealed with");
  }
  return out;
}

}  // namespace

Result<void> checkDatabaseName(const std::string& database) {
  if (database.empty() || database == kSqlite) return {};
  if (!isPostgresUrl(database)) {
    return waf::fail(ErrorCode::Invalid, "db",
                     "must be \"sqlite\" or a URL: postgresql://USER@HOST/DATABASE");
  }
  const Result<PostgresUrl> url = parsePostgresUrl(database);
  if (!url) return waf::fail(url.error());
  return {};
}

std::string shownDatabase(const std::string& data_dir, const std::string& database) {
  if (!isPostgresUrl(database)) return databasePath(data_dir);
  const Result<PostgresUrl> url = parsePostgresUrl(database);
  return url ? url->shown : "postgresql://";
}

bool isInDataDirectory(const std::string& database) { return !isPostgresUrl(database); }

bool databaseExists(const std::string& data_dir, const std::string& database) {
  if (isPostgresUrl(database)) {
    const auto opened = PostgresDatabase::open(database, PostgresDatabase::Mode::Visitor);
    if (!opened) return true;
    const Result<int> version = (*opened)->schemaVersion();
    return !version || *version > 0;
  }
  struct stat status {};
  // lstat: a link to nowhere is a database that cannot be read, not a first start.
  return ::lstat(databasePath(data_dir).c_str(), &status) == 0;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& data_dir, const waf::Clock& clock,
                                           const std::string& database) {
  const Result<void> named = checkDatabaseName(database);
  if (!named) return waf::fail(named.error());
  const std::string events_folder = data_dir + "/events";
  Result<void> made = makeDirectory(data_dir);
  if (made) made = makeDirectory(events_folder);
  if (!made) return waf::fail(made.error());
  Result<DirectoryLock> lock = DirectoryLock::take(data_dir + "/lock");
  if (!lock) return waf::fail(lock.error());

  removeLeftScratchCopies(data_dir);
  const bool postgres = isPostgresUrl(database);
  std::unique_ptr<Database> opened;
  bool existed = false;
  if (postgres) {
    auto made_database = PostgresDatabase::open(database, PostgresDatabase::Mode::Owner);
    if (!made_database) {
      // Conflict is for the directory. The schema's owner may be a connection whose process is
      // gone: a database that is out of reach for now.
      const waf::Error& why = made_database.error();
      const bool owned = why.code == ErrorCode::Conflict;
      return waf::fail(owned ? ErrorCode::Unavailable : why.code, why.source, why.message);
    }
    opened = std::move(*made_database);
    const Result<int> version = opened->schemaVersion();
    if (!version) return waf::fail(version.error());
    existed = *version > 0;
  } else {
    existed = databaseExists(data_dir, database);
  }
  // Before there is a schema, so that a crash in between leaves no database without a key; and a
  // new key beside an old database would make every private key in it unreadable for good.
  Result<SecretBox> box = SecretBox::open(data_dir, !existed);
  if (!box && existed && box.error().code == ErrorCode::NotFound) {
    return waf::fail(ErrorCode::Corrupt, "db", box.error().message);
  }
  if (!box) return waf::fail(box.error());
  if (!postgres) {
    auto made_database = SqliteDatabase::open(databasePath(data_dir), SqliteDatabase::Mode::Create);
    if (!made_database) return waf::fail(made_database.error());
    opened = std::move(*made_database);
    ::chmod(databasePath(data_dir).c_str(), 0600);
  }
  const Result<void> migrated =
      migrate(*opened, postgres ? postgresMigrations() : sqliteMigrations());
  if (!migrated) return waf::fail(migrated.error());
  // Each kind of database has its own log, and so its own end of it.
  const char* const head_name = postgres ? "admin-log.postgresql.head" : "admin-log.head";
  auto store = std::make_unique<DirectoryStore>(std::move(*lock), std::move(opened),
                                                std::move(*box), data_dir, head_name, clock);
  // A log that cannot be taken over is an alarm of its own, no reason to serve without a store.
  static_cast<void>(store->adminLog().open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace db
