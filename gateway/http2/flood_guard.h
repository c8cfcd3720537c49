#pragma once

#include <cstdint>

#include "waf/base/clock.h"

namespace gateway {

// A token bucket: what one connection may do that costs us work and moves nothing on.
class FloodGuard {
 public:
  FloodGuard(double burst, double per_second)
      : burst_(burst), per_second_(per_second), tokens_(burst) {}

  // False when there is nothing left: a flood.
  bool spend(waf::MonotonicTime now) {
    if (since_ == waf::MonotonicTime{}) since_ = now;
    const std::chrono::duration<double> passed = now - since_;
    since_ = now;
    earn(passed.count() * per_second_);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  // Useful work was done, which such things belong to.
  void earn(double tokens) { tokens_ = tokens_ + tokens > burst_ ? burst_ : tokens_ + tokens; }

 private:
  const double burst_;
  const double per_second_;
  double tokens_;
  waf::MonotonicTime since_{};
};

}  // namespace gateway
