#pragma once

#include <string>
#include <string_view>

#include "waf/base/result.h"

namespace db {

using waf::Result;

// A file descriptor that closes itself.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release();

 private:
  int fd_;
};

// An Error for a failed system call: names the path, errno's text and, where there is one, the
// mend. A full disk is Exhausted, a missing file NotFound, all else Unavailable.
waf::Unexpected systemError(const std::string& path, int error_number);

// NotFound when there is none; Exhausted when it has more than `limit` bytes.
Result<std::string> readFile(const std::string& path, size_t limit);

// Writes beside the target, syncs, renames and syncs the folder: after a crash there is the old
// file or the new one. The file's mode is 0600.
Result<void> writeFileAtomically(const std::string& path, std::string_view content);

// mkdir -p of one level, 0700; not an error when it is there.
Result<void> makeDirectory(const std::string& path);

}  // namespace db
