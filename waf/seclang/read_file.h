#pragma once

#include <cstddef>
#include <string>

#include "waf/base/result.h"

namespace waf {

// Links resolved; everything lies below "".
bool liesBelow(const std::string& path, const std::string& folder);

// The bytes of a regular file of at most `most_bytes`. Errors name the path and the reason.
Result<std::string> readFile(const std::string& path, size_t most_bytes);

}  // namespace waf
