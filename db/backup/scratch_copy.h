#pragma once

#include <string>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace db {

using waf::Result;

// Where the databases of a backup are copied to, one after the other: <data_dir>/backup-XXXXXX,
// made for this process alone (0600), gone at the end. It holds a lock (flock), so that what a
// killed process left can be told from what is in use.
class ScratchCopy {
 public:
  static Result<ScratchCopy> make(const std::string& data_dir);
  ~ScratchCopy();
  ScratchCopy(ScratchCopy&&) = default;
  ScratchCopy& operator=(ScratchCopy&&) = delete;

  const std::string& path() const { return path_; }
  // Empties it for the next database.
  Result<void> clear();

 private:
  ScratchCopy(std::string path, FileDescriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  FileDescriptor file_;
};

// Removes the copies that killed processes left in the data directory.
void removeLeftScratchCopies(const std::string& data_dir);

}  // namespace db
