#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "waf/base/result.h"

namespace admin {

struct ArchiveLimits {
  size_t entries = 20000;
  uint64_t file_bytes = 64u << 20;
  uint64_t total_bytes = 400u << 20;
};

// False cancels; `done` counts files.
using ArchiveProgress = std::function<bool(size_t done, size_t total)>;

// Unpacks a .zip, a .tar, a .tar.gz or stores a lone .conf below `folder`, which must exist and be
// empty. What it is is told by its content; `filename` names a lone .conf. An archive with an
// absolute path, "..", a link, a device, an entry that appears twice, or more than the limits is
// refused whole: the caller then removes the folder.
waf::Result<void> unpackArchive(const std::string& archive, const std::string& filename,
                                const std::string& folder, const ArchiveLimits& limits,
                                const ArchiveProgress& progress);

// What RuleSet::load is to be given: the folder that holds crs-setup.conf (or its example) or
// rules/*.conf, else the topmost one with *.conf files, else the only .conf file. NotFound when
// there is none.
waf::Result<std::string> findRuleSetRoot(const std::string& folder);

}  // namespace admin
