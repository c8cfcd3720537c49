#include <sys/stat.h>

#include "db/backup/scratch_copy.h"
#include "db/events/event_store.h"
#include "db/secrets/secret_box.h"
#include "db/sqlite/admin_log.h"
#include "db/sqlite/config_store.h"
#include "db/sqlite/migrations.h"
#include "db/sqlite/traffic_store.h"
#include "db/sqlite/user_store.h"
#include "db/store/directory_lock.h"
#include "db/store/store.h"

namespace db {
namespace {

using waf::ErrorCode;

std::string databasePath(const std::string& data_dir) { return data_dir + "/portcullis.db"; }

class SqliteStore final : public Store {
 public:
  SqliteStore(DirectoryLock lock, std::unique_ptr<Database> database, SecretBox box,
              const std::string& data_dir, const waf::Clock& clock)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        box_(std::move(box)),
        config_(*database_, box_, clock),
        users_(*database_, clock),
        events_(data_dir + "/events"),
        traffic_(*database_, clock),
        admin_log_(*database_, box_, data_dir + "/admin-log.head", clock) {}

  ConfigStore& config() override { return config_; }
  UserStore& users() override { return users_; }
  EventStore& events() override { return events_; }
  TrafficStore& traffic() override { return traffic_; }
  SqliteAdminLog& adminLog() override { return admin_log_; }
  Result<waf::AuditEvent> unmask(const waf::AuditEvent& event) override;

 private:
  DirectoryLock lock_;
  std::unique_ptr<Database> database_;
  SecretBox box_;
  SqliteConfigStore config_;
  SqliteUserStore users_;
  SqliteEventStore events_;
  SqliteTrafficStore traffic_;
  SqliteAdminLog admin_log_;
};

Result<waf::AuditEvent> SqliteStore::unmask(const waf::AuditEvent& event) {
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

bool databaseExists(const std::string& data_dir) {
  struct stat status {};
  // lstat: a link to nowhere is a database that cannot be read, not a first start.
  return ::lstat(databasePath(data_dir).c_str(), &status) == 0;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& data_dir, const waf::Clock& clock) {
  const std::string events_folder = data_dir + "/events";
  Result<void> made = makeDirectory(data_dir);
  if (made) made = makeDirectory(events_folder);
  if (!made) return waf::fail(made.error());
  Result<DirectoryLock> lock = DirectoryLock::take(data_dir + "/lock");
  if (!lock) return waf::fail(lock.error());

  removeLeftScratchCopies(data_dir);
  const bool existed = databaseExists(data_dir);
  // Before the database, so that a crash in between leaves no database without a key; and a new key
  // beside an old database would make every private key in it unreadable for good.
  Result<SecretBox> box = SecretBox::open(data_dir, !existed);
  if (!box && existed && box.error().code == ErrorCode::NotFound) {
    return waf::fail(ErrorCode::Corrupt, "db", box.error().message);
  }
  if (!box) return waf::fail(box.error());
  Result<std::unique_ptr<Database>> database =
      Database::open(databasePath(data_dir), Database::Mode::Create);
  if (!database) return waf::fail(database.error());
  ::chmod(databasePath(data_dir).c_str(), 0600);
  const Result<void> migrated =
      migrate(**database, allMigrations(), databasePath(data_dir) + ".before");
  if (!migrated) return waf::fail(migrated.error());
  auto store = std::make_unique<SqliteStore>(std::move(*lock), std::move(*database),
                                             std::move(*box), data_dir, clock);
  // A log that cannot be taken over is an alarm of its own, no reason to serve without a store.
  static_cast<void>(store->adminLog().open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace db
