#include "db/store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "waf/base/text.h"

namespace db {

Result<DirectoryLock> DirectoryLock::take(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return systemError(path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return systemError(path, errno);
    char owner[32] = {};
    const ssize_t count = ::pread(file.get(), owner, sizeof owner - 1, 0);
    const std::string_view pid =
        waf::trim(std::string_view(owner, count > 0 ? static_cast<size_t>(count) : 0));
    return waf::fail(waf::ErrorCode::Conflict, "db",
                     path + ": the data directory is in use by process " + std::string(pid) +
                         "; stop it first or use another directory");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // Only a courtesy to whoever reads the message above: the lock holds without it (a full disk).
  if (::ftruncate(file.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(file.get(), pid.data(), pid.size(), 0);
  }
  return DirectoryLock(std::move(file));
}

}  // namespace db
