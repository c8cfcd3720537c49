#include "gateway/serve/start_config.h"

namespace gateway {
namespace {

using waf::ErrorCode;

constexpr const char* kRestore = "the database is restored";

// The mend in two words, for "changes are not possible until …".
const char* mendOf(ErrorCode code) {
  if (code == ErrorCode::Exhausted) return "there is space and the gateway is started again";
  if (code == ErrorCode::Unavailable || code == ErrorCode::Denied)
    return "that is mended and the gateway is started again";
  return kRestore;
}

waf::Result<StartConfig> fromLastGood(const std::string& data_dir, const std::string& why,
                                      const char* mend = kRestore) {
  auto last_good = db::loadLastGood(data_dir);
  if (!last_good) {
    return waf::fail(ErrorCode::NotFound, "serve",
                     why + "; and there is no last good configuration to serve (" +
                         last_good.error().message + "). Restore a backup of " + data_dir);
  }
  StartConfig start;
  start.version = last_good->first;
  start.config = std::move(last_good->second);
  start.on_last_good = true;
  start.alarms.push_back(why + "; serving the last good configuration, version " +
                         std::to_string(start.version.number) +
                         ". Changes are not possible until " + mend);
  return start;
}

}  // namespace

waf::Result<StartConfig> loadStartConfig(const std::string& data_dir, const waf::Clock& clock,
                                         const std::string& database) {
  // A database that is gone although there was a configuration is a loss, not a first start.
  if (!db::databaseExists(data_dir, database) && db::loadLastGood(data_dir)) {
    return fromLastGood(
        data_dir,
        "the database " + db::shownDatabase(data_dir, database) +
            (db::isInDataDirectory(database) ? " is missing" : " holds no configuration"));
  }
  auto store = db::Store::open(data_dir, clock, database);
  if (!store) {
    const waf::Error why = store.error();
    if (why.code == ErrorCode::Conflict) return waf::fail(why);  // another process owns it
    auto last_good = fromLastGood(data_dir, why.message, mendOf(why.code));
    // Nothing is lost where the disk is full, or the directory only cannot be written or read by
    // us.
    const bool damaged = mendOf(why.code) == kRestore;
    if (!last_good && !damaged) return waf::fail(why);
    return last_good;
  }
  auto newest = (*store)->config().load();
  if (!newest) return fromLastGood(data_dir, newest.error().message);
  StartConfig start;
  start.store = std::move(*store);
  start.version = newest->first;
  start.config = std::move(newest->second);
  return start;
}

}  // namespace gateway
