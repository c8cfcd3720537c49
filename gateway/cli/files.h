#pragma once

#include <cstddef>
#include <istream>
#include <string>

#include "waf/base/result.h"

namespace gateway::cli {

// A whole regular file; NotFound, or Exhausted when it has more than `limit` bytes.
waf::Result<std::string> readFile(const std::string& path, size_t limit);
// The same, "-" for standard input.
waf::Result<std::string> readFileOr(std::istream& in, const std::string& path, size_t limit);

// A folder as a tar archive, for an upload: regular files only, names relative to the folder.
waf::Result<std::string> packFolder(const std::string& folder, size_t limit);

}  // namespace gateway::cli
