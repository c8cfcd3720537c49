#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace db {

// The audit log on disk: JSON lines, each appended with one write. Follows a log rotation: before a
// batch it looks whether the path still names the file that is open. Used by one thread.
class AuditFile {
 public:
  // "" for none.
  void setPath(const std::string& path);
  bool enabled() const { return !path_.empty(); }

  // Opens the file where it is not open, or was renamed or removed. Call it before each batch of
  // lines.
  Result<void> prepare();
  // Adds the line feed. On failure nothing of the line was written, or (full disk) its rest follows
  // first thing.
  Result<void> append(std::string_view line);
  // The next prepare() opens the path anew.
  void reopen() { file_ = FileDescriptor(); }

  // After a crash: appends those of the lines that are not among the last 8 MB of the file yet, and
  // completes a line that was cut. Says passed(index) as soon as a line is in the file, so that a
  // crash meanwhile leaves one line in doubt, not all of them. prepare() must have succeeded.
  Result<void> resume(const std::vector<std::string_view>& lines,
                      const std::function<void(size_t)>& passed);

 private:
  Result<void> writeRest();

  std::string path_;
  FileDescriptor file_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::string rest_;  // of a line that was cut by a full disk
};

}  // namespace db
