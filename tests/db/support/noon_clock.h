#pragma once

#include <atomic>

#include "waf/base/clock.h"

namespace db {

// Goes on from a noon, so that a day ends only where a test steps over its end.
class NoonClock final : public waf::Clock {
 public:
  waf::WallTime wall() const override {
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(monotonic() - start_);
    return waf::WallTime(std::chrono::hours(24 * 20000 + 12 + offset_hours.load())) + passed;
  }
  waf::MonotonicTime monotonic() const override { return waf::Clock::system().monotonic(); }

  std::atomic<int> offset_hours{0};

 private:
  const waf::MonotonicTime start_ = waf::Clock::system().monotonic();
};

}  // namespace db
