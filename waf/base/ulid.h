#pragma once

#include <string>
#include <string_view>

#include "waf/base/clock.h"

namespace waf {

inline constexpr size_t kUlidLength = 26;

// A new ULID in lower-case Crockford base32: 10 characters of milliseconds since 1970, then 16 of
// 80 random bits. It is the id of a request and of its event: ids sort by time, and the store finds
// the event's file by the time in it. Ids made by one thread rise strictly, even within a
// millisecond or when the clock steps back. Any thread.
std::string newUlid(WallTime now);

bool isUlid(std::string_view text);

// The time in the id, in whole milliseconds; false when `text` is not a ULID.
bool ulidTime(std::string_view text, WallTime* out);

}  // namespace waf
