#include "waf/base/ticks.h"

#include <algorithm>
#include <chrono>

namespace waf {

double nanosecondsPerTick() {
  using Steady = std::chrono::steady_clock;
  static const double measured = [] {
    const uint64_t count = ticks();
    const Steady::time_point time = Steady::now();
    // A measure of less is none.
    while (Steady::now() - time < std::chrono::milliseconds(1)) {
    }
    const auto passed = static_cast<double>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - time).count());
    return passed / static_cast<double>(std::max<uint64_t>(ticks() - count, 1));
  }();
  return measured;
}

}  // namespace waf
