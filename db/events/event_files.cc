#include "db/events/event_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "db/store/file.h"
#include "waf/base/text.h"

namespace db {
namespace {

constexpr std::string_view kPrefixes[] = {"events-", "access-"};  // by kind
constexpr std::string_view kSuffix = ".db";
constexpr const char* kCompanions[] = {"", "-wal", "-shm", ".idx", ".idx-wal", ".idx-shm"};

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::string EventFileName::toString() const {
  std::string out = std::string(kPrefixes[static_cast<size_t>(kind)]) + std::to_string(date);
  if (part > 1) out += "-" + std::to_string(part);
  return out + std::string(kSuffix);
}

bool EventFileName::parse(std::string_view name, EventFileName* out) {
  const bool ordinary = name.starts_with(kPrefixes[1]);
  const std::string_view prefix = kPrefixes[ordinary ? 1 : 0];
  if (name.size() <= prefix.size() + kSuffix.size() || !name.starts_with(prefix) ||
      !name.ends_with(kSuffix)) {
    return false;
  }
  name.remove_prefix(prefix.size());
  name.remove_suffix(kSuffix.size());
  const size_t dash = name.find('-');
  uint64_t date = 0;
  uint64_t part = 1;
  if (!waf::parseUint64(name.substr(0, dash), &date) || date < 19700101 || date > 99991231) {
    return false;
  }
  if (dash != std::string_view::npos &&
      (!waf::parseUint64(name.substr(dash + 1), &part) || part < 2 || part > 1000000)) {
    return false;
  }
  out->date = static_cast<int>(date);
  out->part = static_cast<int>(part);
  out->kind = ordinary ? EventKind::Ordinary : EventKind::Event;
  return true;
}

int dateOf(waf::WallTime time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return static_cast<int>(day.year()) * 10000 +
         static_cast<int>(static_cast<unsigned>(day.month()) * 100 +
                          static_cast<unsigned>(day.day()));
}

waf::WallTime startOfDate(int date) {
  const std::chrono::year_month_day day(std::chrono::year(date / 10000),
                                        std::chrono::month(static_cast<unsigned>(date / 100 % 100)),
                                        std::chrono::day(static_cast<unsigned>(date % 100)));
  return std::chrono::sys_days(day);
}

std::vector<EventFileName> listEventFiles(const std::string& folder) {
  std::vector<EventFileName> out;
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(folder.c_str()));
  if (!directory) return out;
  while (const dirent* entry = ::readdir(directory.get())) {
    EventFileName name;
    if (EventFileName::parse(entry->d_name, &name)) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<EventFileName> listEventFiles(const std::string& folder, EventKind kind) {
  std::vector<EventFileName> out = listEventFiles(folder);
  std::erase_if(out, [kind](const EventFileName& name) { return name.kind != kind; });
  return out;
}

uint64_t eventFileBytes(const std::string& folder, const EventFileName& name) {
  uint64_t total = 0;
  for (const char* companion : kCompanions) {
    struct stat status {};
    const std::string path = folder + "/" + name.toString() + companion;
    if (::stat(path.c_str(), &status) == 0) total += static_cast<uint64_t>(status.st_size);
  }
  return total;
}

void removeEventFile(const std::string& folder, const EventFileName& name) {
  for (const std::string_view companion : kCompanions) {
    const std::string path = folder + "/" + name.toString() + std::string(companion);
    // What is mapped (-shm) must keep its pages: who reads beyond a file's end is killed by the
    // kernel.
    const bool mapped = companion.ends_with("-shm");
    const FileDescriptor file(mapped ? -1
                                     : ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    ::unlink(path.c_str());
    if (file.valid()) static_cast<void>(::ftruncate(file.get(), 0) == 0);
  }
}

}  // namespace db
