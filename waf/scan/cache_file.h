#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waf {

// The whole file; empty when it cannot be read or has more than `limit` bytes.
std::optional<std::string> readCacheFile(const std::string& path, size_t limit);

// Writes beside and renames, mode 0600; false leaves what was there.
bool writeCacheFile(const std::string& path, std::string_view content);

}  // namespace waf
