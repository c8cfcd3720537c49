#pragma once

#include <cstdint>

#if !defined(__x86_64__)
#include <chrono>
#endif

namespace waf {

// The processor's counter: the cheapest clock there is (some nanoseconds), for what is timed many
// times in a request. Counts on while the thread is not running; two cores may differ a little.
inline uint64_t ticks() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

// Since `start`, but for `part` of it. Nothing where the counters of two cores differ by more.
inline uint64_t ticksSince(uint64_t start, uint64_t part = 0) {
  const uint64_t now = ticks();
  return now > start + part ? now - start - part : 0;
}

// Measured once in the life of the process: the first who asks waits for a millisecond.
double nanosecondsPerTick();

}  // namespace waf
