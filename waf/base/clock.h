#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace waf {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using MonotonicTime = std::chrono::steady_clock::time_point;

// Time as a dependency, so that tests do not sleep. Implementations are callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonotonicTime monotonic() const = 0;

  // The machine's clocks; lives as long as the process.
  static const Clock& system();
};

// A clock that a test moves by hand. Not for concurrent use.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{}) : wall_(start) {}
  WallTime wall() const override { return wall_; }
  MonotonicTime monotonic() const override { return monotonic_; }
  void advance(std::chrono::microseconds by) {
    wall_ += by;
    monotonic_ += by;
  }

 private:
  WallTime wall_;
  MonotonicTime monotonic_{};
};

// RFC 3339 in UTC with microseconds: 2026-11-25T17:40:00.123456Z.
std::string formatRfc3339(WallTime time);

// Accepts the form above, with any number of fraction digits and "Z" or ±hh:mm; false when it is
// not one.
bool parseRfc3339(std::string_view text, WallTime* out);

}  // namespace waf
