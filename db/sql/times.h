#pragma once

#include <cstdint>

#include "waf/base/clock.h"

namespace db {

// Times are stored as whole microseconds since 1970, UTC.
inline int64_t toMicroseconds(waf::WallTime time) { return time.time_since_epoch().count(); }
inline waf::WallTime fromMicroseconds(int64_t count) {
  return waf::WallTime(std::chrono::microseconds(count));
}

}  // namespace db
