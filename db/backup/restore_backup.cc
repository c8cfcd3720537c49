#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "db/backup/backup.h"
#include "db/backup/backup_files.h"
#include "db/backup/sealed_file.h"
#include "db/config/diff.h"
#include "db/events/event_files.h"
#include "db/sqlite/connection.h"
#include "db/store/directory_lock.h"
#include "db/store/file.h"
#include "db/store/store.h"

namespace db {
namespace {

namespace fs = std::filesystem;
using waf::ErrorCode;

constexpr size_t kMaxFiles = 100000;
constexpr size_t kPart = 256u << 10;
// What a restore replaces. The spool goes with it: its records belong to the events that were
// there.
constexpr const char* kReplaced[] = {
    "portcullis.db",  "portcullis.db-wal", "portcullis.db-shm", "secret.key",
    "admin-log.head", "last-good.json",    "rulesets",          "events",
    "spool"};

// A backup without events leaves those that are there.
bool isOfEvents(std::string_view name) { return name == "events" || name == "spool"; }

uint64_t numberOf(std::string_view bytes) {
  uint64_t out = 0;
  for (size_t i = bytes.size(); i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[i]);
  return out;
}

waf::Unexpected ioError(const std::string& what, const std::error_code& error) {
  return waf::fail(
      error == std::errc::no_space_on_device ? ErrorCode::Exhausted : ErrorCode::Unavailable,
      "backup", what + ": " + error.message());
}

Result<void> unpackFile(SealedReader& in, const std::string& path, uint64_t size) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) return ioError(path, error);
  const FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return systemError(path, errno);
  while (size > 0) {
    const Result<std::string> part = in.read(std::min<uint64_t>(size, kPart));
    if (!part) return waf::fail(part.error());
    std::string_view rest = *part;
    while (!rest.empty()) {
      const ssize_t count = ::write(file.get(), rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return systemError(path, errno);
      rest.remove_prefix(static_cast<size_t>(count));
    }
    size -= part->size();
  }
  return {};
}

Result<void> unpack(SealedReader& in, const std::string& path, const std::string& folder) {
  for (size_t files = 0; files < kMaxFiles; ++files) {
    const Result<std::string> kind = in.read(1);
    if (!kind) return waf::fail(kind.error());
    if (*kind == "E") {
      const Result<bool> end = in.atEnd();
      if (!end) return waf::fail(end.error());
      if (*end) return {};
      break;
    }
    if (*kind != "F") break;
    const Result<std::string> head = in.read(10);
    if (!head) return waf::fail(head.error());
    const Result<std::string> name = in.read(numberOf(std::string_view(*head).substr(0, 2)));
    if (!name) return waf::fail(name.error());
    if (!isBackupName(*name)) break;
    const Result<void> done =
        unpackFile(in, folder + "/" + *name, numberOf(std::string_view(*head).substr(2)));
    if (!done) return done;
  }
  return waf::fail(ErrorCode::Corrupt, "backup",
                   path + ": has contents that a backup does not have; nothing was touched");
}

Result<uint64_t> countEvents(const std::string& folder) {
  uint64_t total = 0;
  for (const EventFileName& name : listEventFiles(folder)) {
    auto file = Connection::open(folder + "/" + name.toString(), {.mode = Connection::Mode::Read});
    if (!file) return waf::fail(file.error());
    const Result<int64_t> rows = (*file)->number("SELECT COUNT(*) FROM events");
    if (!rows) return waf::fail(rows.error());
    total += static_cast<uint64_t>(*rows);
  }
  return total;
}

// Opens what was unpacked as a data directory of its own: what cannot be opened is not restored.
Result<void> describe(const std::string& data_dir, const waf::Clock& clock, StagedRestore* staged) {
  Result<std::unique_ptr<Store>> store = Store::open(staged->folder, clock);
  if (!store) return waf::fail(store.error());
  const auto config = (*store)->config().load();
  if (!config) return waf::fail(config.error());
  const auto users = (*store)->users().list();
  if (!users) return waf::fail(users.error());
  staged->config_version = config->first.number;
  staged->users = users->size();
  const Result<uint64_t> events = countEvents(staged->folder + "/events");
  if (!events) return waf::fail(events.error());
  staged->events = *events;
  // The last configuration in force stands beside the database, which a daemon may have open.
  const auto current = loadLastGood(data_dir);
  staged->changes = diffConfigs(current ? current->second : Config(), config->second);
  return {};
}

}  // namespace

Result<StagedRestore> stageRestore(const std::string& path, const std::string& passphrase,
                                   const std::string& data_dir, const waf::Clock& clock) {
  Result<SealedReader> in = SealedReader::open(path, passphrase);
  if (!in) return waf::fail(in.error());
  const Result<void> made = makeDirectory(data_dir);
  if (!made) return waf::fail(made.error());
  StagedRestore staged;
  std::string pattern = data_dir + "/restore-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) return systemError(pattern, errno);
  staged.folder = pattern;
  Result<void> done = unpack(*in, path, staged.folder);
  if (done) done = describe(data_dir, clock, &staged);
  if (!done) {
    discardRestore(staged);
    return waf::fail(done.error());
  }
  return staged;
}

void discardRestore(const StagedRestore& staged) {
  std::error_code ignored;
  fs::remove_all(staged.folder, ignored);
}

Result<std::string> commitRestore(const StagedRestore& staged, const std::string& data_dir,
                                  const waf::Clock& clock) {
  const Result<DirectoryLock> lock = DirectoryLock::take(data_dir + "/lock");
  if (!lock) return waf::fail(lock.error());
  std::string before = data_dir + "/before-restore-" + waf::formatRfc3339(clock.wall());
  std::replace(before.begin(), before.end(), ':', '-');
  const Result<void> made = makeDirectory(before);
  if (!made) return waf::fail(made.error());
  std::error_code error;
  for (const char* name : kReplaced) {
    const std::string from = data_dir + "/" + name;
    if (staged.events == 0 && isOfEvents(name)) continue;
    if (!fs::exists(fs::symlink_status(from, error))) continue;
    fs::rename(from, before + "/" + name, error);
    if (error) return ioError(from, error);
  }
  for (const char* name : kReplaced) {
    const std::string from = staged.folder + "/" + name;
    if (staged.events == 0 && isOfEvents(name)) continue;
    if (!fs::exists(from, error)) continue;
    fs::rename(from, data_dir + "/" + name, error);
    if (error) return ioError(from + ": what was there is in " + before, error);
  }
  discardRestore(staged);
  return before;
}

}  // namespace db
