#include "db/store/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace db {

using waf::ErrorCode;

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

waf::Unexpected systemError(const std::string& path, int error_number) {
  const std::string reason = std::generic_category().message(error_number);
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return waf::fail(ErrorCode::Exhausted, "db", path + ": the disk is full; free space");
    case ENOENT:
      return waf::fail(ErrorCode::NotFound, "db", path + ": does not exist");
    case EACCES:
    case EPERM:
      return waf::fail(ErrorCode::Unavailable, "db",
                       path + ": " + reason + "; check its owner and mode");
    case EROFS:
      return waf::fail(ErrorCode::Unavailable, "db", path + ": is on a read-only file system");
    default:
      return waf::fail(ErrorCode::Unavailable, "db", path + ": " + reason);
  }
}

Result<std::string> readFile(const std::string& path, size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return systemError(path, errno);
  std::string out;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError(path, errno);
    if (count == 0) return out;
    out.append(buffer, static_cast<size_t>(count));
    if (out.size() > limit) {
      return waf::fail(ErrorCode::Exhausted, "db",
                       path + ": is larger than " + std::to_string(limit) + " bytes");
    }
  }
}

Result<void> writeFileAtomically(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  ::unlink(temporary.c_str());
  FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return systemError(temporary, errno);
  const auto giveUp = [&temporary](int error_number) {
    ::unlink(temporary.c_str());
    return systemError(temporary, error_number);
  };
  for (std::string_view rest = content; !rest.empty();) {
    const ssize_t count = ::write(file.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return giveUp(errno);
    rest.remove_prefix(static_cast<size_t>(count));
  }
  if (::fsync(file.get()) != 0 || ::close(file.release()) != 0) return giveUp(errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return giveUp(errno);
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.valid()) ::fsync(directory.get());
  return {};
}

Result<void> makeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return systemError(path, errno);
}

}  // namespace db
