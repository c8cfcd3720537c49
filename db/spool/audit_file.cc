#include "db/spool/audit_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_set>

namespace db {
namespace {

constexpr off_t kTailBytes = 8 << 20;

Result<std::string> readTail(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return systemError(path, errno);
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  off_t offset = size > kTailBytes ? size - kTailBytes : 0;
  std::string out;
  char buffer[65536];
  while (true) {
    const ssize_t count = ::pread(file.get(), buffer, sizeof buffer, offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError(path, errno);
    if (count == 0) return out;
    out.append(buffer, static_cast<size_t>(count));
    offset += count;
  }
}

}  // namespace

void AuditFile::setPath(const std::string& path) {
  if (path == path_) return;
  path_ = path;
  rest_.clear();
  reopen();
}

Result<void> AuditFile::prepare() {
  struct stat status {};
  if (file_.valid() && ::stat(path_.c_str(), &status) == 0 && status.st_ino == inode_ &&
      status.st_dev == device_) {
    return {};
  }
  FileDescriptor file(
      ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    const int error = errno;
    const waf::Unexpected failure = systemError(path_, error);
    return waf::fail(failure.error.code, "audit log",
                     "audit log cannot be opened: " + failure.error.message +
                         (error == ENOENT ? "; create its folder" : ""));
  }
  // The rest of a cut line belongs to the file that has its beginning.
  if (status.st_ino != inode_ || status.st_dev != device_) rest_.clear();
  file_ = std::move(file);
  inode_ = status.st_ino;
  device_ = status.st_dev;
  return {};
}

Result<void> AuditFile::writeRest() {
  while (!rest_.empty()) {
    const ssize_t count = ::write(file_.get(), rest_.data(), rest_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError(path_, errno);
    rest_.erase(0, static_cast<size_t>(count));
  }
  return {};
}

Result<void> AuditFile::append(std::string_view line) {
  const Result<void> finished = writeRest();
  if (!finished) return finished;
  char end = '\n';
  const iovec parts[2] = {{const_cast<char*>(line.data()), line.size()}, {&end, 1}};
  ssize_t count = 0;
  do {
    count = ::writev(file_.get(), parts, 2);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return systemError(path_, errno);
  const auto written = static_cast<size_t>(count);
  if (written <= line.size()) {
    rest_ = std::string(line.substr(written)) + "\n";
    // The line counts as written: what is missing comes before the next one, or by resume() after a
    // crash.
    static_cast<void>(writeRest());
  }
  return {};
}

Result<void> AuditFile::resume(const std::vector<std::string_view>& lines,
                               const std::function<void(size_t)>& passed) {
  const Result<std::string> tail = readTail(path_);
  if (!tail) return waf::fail(tail.error());
  std::unordered_set<std::string_view> known;
  std::string_view rest = *tail;
  while (true) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    known.insert(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  bool cut = !rest.empty();
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (known.count(line) == 0) {
      const bool completes = cut && line.starts_with(rest);
      if (cut) rest_ = completes ? std::string(line.substr(rest.size())) + "\n" : "\n";
      cut = false;
      const Result<void> written = completes ? writeRest() : append(line);
      if (!written) return written;
    }
    passed(i);
  }
  if (cut) rest_ = "\n";
  return writeRest();
}

}  // namespace db
