#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "admin-ui/server/rulesets/archive.h"
#include "waf/base/result.h"

namespace admin {

inline waf::Unexpected badArchive(std::string message) {
  return waf::fail(waf::ErrorCode::Invalid, "archive", std::move(message));
}

// The folder that an archive is unpacked into: checks every name and counts every byte. One thread,
// one archive.
class UnpackTarget {
 public:
  UnpackTarget(std::string folder, const ArchiveLimits& limits)
      : folder_(std::move(folder)), limits_(limits) {}
  ~UnpackTarget();
  UnpackTarget(const UnpackTarget&) = delete;
  UnpackTarget& operator=(const UnpackTarget&) = delete;

  waf::Result<void> addFolder(std::string_view name);
  // begin, write…, end: one file. Names are as the archive has them.
  waf::Result<void> begin(std::string_view name);
  waf::Result<void> write(std::string_view bytes);
  waf::Result<void> end();
  size_t files() const { return files_; }

 private:
  waf::Result<std::string> place(std::string_view name);  // the checked absolute path

  const std::string folder_;
  const ArchiveLimits limits_;
  std::string name_;  // of the open file
  int file_ = -1;
  uint64_t file_bytes_ = 0;
  uint64_t total_bytes_ = 0;
  size_t entries_ = 0;
  size_t files_ = 0;
};

// Each reads one whole archive in memory (mapped) into the target.
waf::Result<void> unpackZip(std::string_view archive, UnpackTarget& target,
                            const ArchiveProgress& progress);
waf::Result<void> unpackTar(std::string_view archive, bool gzip, UnpackTarget& target,
                            const ArchiveProgress& progress);

}  // namespace admin
