#include "db/backup/scratch_copy.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "backup-";
constexpr size_t kNameBytes = kPrefix.size() + 6;
// What SQLite may keep beside a database.
constexpr const char* kCompanions[] = {"-journal", "-wal", "-shm"};

void removeCompanions(const std::string& path) {
  for (const char* companion : kCompanions) ::unlink((path + companion).c_str());
}

}  // namespace

Result<ScratchCopy> ScratchCopy::make(const std::string& data_dir) {
  std::string path = data_dir + "/" + std::string(kPrefix) + "XXXXXX";
  FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.valid()) return systemError(path, errno);
  ScratchCopy out(std::move(path), std::move(file));
  // Nobody else knows the name; a clean-up that came between lets go at once.
  if (::flock(out.file_.get(), LOCK_EX) != 0) return systemError(out.path_, errno);
  return out;
}

ScratchCopy::~ScratchCopy() {
  if (!file_.valid()) return;
  removeCompanions(path_);
  ::unlink(path_.c_str());
}

Result<void> ScratchCopy::clear() {
  removeCompanions(path_);
  if (::ftruncate(file_.get(), 0) != 0) return systemError(path_, errno);
  return {};
}

void removeLeftScratchCopies(const std::string& data_dir) {
  std::error_code error;
  std::vector<std::string> left;
  for (fs::directory_iterator entry(data_dir, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.size() == kNameBytes && name.starts_with(kPrefix)) left.push_back(entry->path());
  }
  for (const std::string& path : left) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid() || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
    removeCompanions(path);
    ::unlink(path.c_str());
  }
}

}  // namespace db
