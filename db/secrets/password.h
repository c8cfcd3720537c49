#pragma once

#include <string>
#include <string_view>

#include "waf/base/result.h"

namespace db {

using waf::Result;

inline constexpr size_t kMinPasswordBytes = 10;
inline constexpr size_t kMaxPasswordBytes = 1024;

// "scrypt$32768$8$1$<salt>$<hash>" (RFC 7914; 32 MB and some 0.1 s each, one at a time in the
// process, so that many logins at once exhaust neither memory nor cores). Any thread; never call it
// on an event loop.
Result<std::string> hashPassword(std::string_view password);

// Compares in constant time. False for a stored text that is not a hash, after the same work.
bool checkPassword(std::string_view password, std::string_view stored);

}  // namespace db
