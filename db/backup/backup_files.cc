#include "db/backup/backup_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "db/events/event_files.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/sqlite_error.h"

namespace db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSingle[] = {"portcullis.db", "secret.key", "last-good.json"};
constexpr std::string_view kRulesets = "rulesets/";
constexpr std::string_view kEvents = "events/";

bool isEventFile(const std::string& name) {
  EventFileName ignored;
  return name.starts_with(kEvents) && EventFileName::parse(name.substr(kEvents.size()), &ignored);
}

bool isPlainPath(const std::string& name) {
  if (name.size() > 4096 || name.find('\0') != std::string::npos) return false;
  const fs::path path(name);
  return path.is_relative() && path.lexically_normal() == path && name.back() != '/' &&
         std::none_of(path.begin(), path.end(),
                      [](const fs::path& part) { return part == ".." || part == "."; });
}

struct BackupCloser {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

}  // namespace

bool isBackupName(const std::string& name) {
  if (std::find(std::begin(kSingle), std::end(kSingle), name) != std::end(kSingle)) return true;
  return isEventFile(name) || (name.starts_with(kRulesets) && isPlainPath(name));
}

bool isDatabaseName(const std::string& name) { return name == kSingle[0] || isEventFile(name); }

Result<std::vector<std::string>> listBackupFiles(const std::string& data_dir, bool with_events) {
  std::vector<std::string> out;
  std::error_code error;
  for (const std::string_view name : kSingle) {
    if (fs::exists(data_dir + "/" + std::string(name), error)) out.emplace_back(name);
  }
  std::vector<std::string> rulesets;
  fs::recursive_directory_iterator entry(data_dir + "/rulesets", error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    if (entry->is_regular_file(error) && !entry->is_symlink(error)) {
      rulesets.push_back(fs::relative(entry->path(), data_dir, error).generic_string());
    }
    entry.increment(error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return waf::fail(waf::ErrorCode::Unavailable, "backup",
                     data_dir + "/rulesets: " + error.message());
  }
  std::sort(rulesets.begin(), rulesets.end());
  out.insert(out.end(), rulesets.begin(), rulesets.end());
  if (!with_events) return out;
  for (const EventFileName& name : listEventFiles(data_dir + "/events")) {
    out.push_back(std::string(kEvents) + name.toString());
  }
  return out;
}

Result<void> copyDatabase(const std::string& from, const std::string& to) {
  const Result<std::unique_ptr<Connection>> source =
      Connection::open(from, {.mode = Connection::Mode::Write});
  if (!source) return waf::fail(source.error());
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(to.c_str(), &raw, flags, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> target(raw, sqlite3_close_v2);
  if (opened != SQLITE_OK) return sqliteError(to, opened, sqlite3_errstr(opened));
  const std::unique_ptr<sqlite3_backup, BackupCloser> backup(
      sqlite3_backup_init(raw, "main", (*source)->handle(), "main"));
  if (!backup) return sqliteError(to, failureCode(raw), sqlite3_errmsg(raw));
  // All pages in one step: the copy is of one moment, and writers go on beside it in the log.
  const int done = sqlite3_backup_step(backup.get(), -1);
  if (done != SQLITE_DONE) return sqliteError(from, done, sqlite3_errstr(done));
  return {};
}

}  // namespace db
