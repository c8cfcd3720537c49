#pragma once

#include <chrono>

#include "waf/base/clock.h"

namespace gateway {

// Adds the time of its scope to a sum.
class Stopwatch {
 public:
  Stopwatch(const waf::Clock& clock, std::chrono::nanoseconds* sum)
      : clock_(clock), sum_(sum), start_(clock.monotonic()) {}
  ~Stopwatch() { *sum_ += clock_.monotonic() - start_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  const waf::Clock& clock_;
  std::chrono::nanoseconds* sum_;
  waf::MonotonicTime start_;
};

}  // namespace gateway
