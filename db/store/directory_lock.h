#pragma once

#include <string>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace db {

// Holds an flock on a file for as long as it lives; the kernel lets go of it when the process dies,
// however it dies.
class DirectoryLock {
 public:
  // Unavailable, with the owner's pid, when another process (or another holder in this one) has it.
  static Result<DirectoryLock> take(const std::string& path);

 private:
  explicit DirectoryLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace db
