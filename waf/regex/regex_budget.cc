// Each search reads the processor's counter twice, which costs a few nanoseconds; clocks are read
// only when the excess has grown by milliseconds.
#include "waf/regex/regex_budget.h"

#include <time.h>

#include <algorithm>

namespace waf {
namespace {

using Steady = std::chrono::steady_clock;

// Free of charge: of each search, and of each byte (50 MB/s, the interpreter's pace).
constexpr uint64_t kFreeTicks = 10'000;
constexpr uint64_t kFreeTicksPerByte = 60;
constexpr std::chrono::nanoseconds kFree{4'000};
constexpr std::chrono::nanoseconds kFreePerByte{20};
constexpr uint64_t kLookTicks = 2'000'000;  // excess from one look at the clock to the next
constexpr int kSlowShare = 5;               // slow is what took a fifth of the limit

uint64_t ticks() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return static_cast<uint64_t>(Steady::now().time_since_epoch().count());
#endif
}

thread_local RegexBudget* current_budget = nullptr;
thread_local size_t reads = 0;

// Measured against the clock over the life of the process.
double nanosecondsPerTick() {
  struct Start {
    uint64_t count = ticks();
    Steady::time_point time = Steady::now();
  };
  static const Start start;
  static const double first = [] {
    // The first one who asks waits for a millisecond: a measure of less is none.
    while (Steady::now() - start.time < std::chrono::milliseconds(1)) {
    }
    const auto passed = static_cast<double>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - start.time).count());
    return passed / static_cast<double>(std::max<uint64_t>(ticks() - start.count, 1));
  }();
  return first;
}

}  // namespace

std::chrono::nanoseconds threadCpuTime() {
  ++reads;
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

size_t threadCpuTimeReads() { return reads; }

RegexBudget::Scope::Scope(RegexBudget* budget) : outer_(current_budget) { current_budget = budget; }
RegexBudget::Scope::~Scope() { current_budget = outer_; }

RegexBudget* RegexBudget::current() { return current_budget; }

RegexBudget::Start RegexBudget::start() const {
  return {ticks(), slow_ ? threadCpuTime() : Duration{}};
}

void RegexBudget::charge(const Start& start, size_t bytes) {
  if (slow_) {
    const Duration took = threadCpuTime() - start.own;
    const Duration allowed = kFree + kFreePerByte * static_cast<int64_t>(bytes);
    if (took > allowed) excess_ += took - allowed;
    spent_ = excess_ >= limit_;
    return;
  }
  const uint64_t now = ticks();
  const uint64_t took = now > start.ticks ? now - start.ticks : 0;  // two cores may differ
  const uint64_t allowed = kFreeTicks + kFreeTicksPerByte * bytes;
  if (took <= allowed) return;
  excess_ticks_ += took - allowed;
  if (excess_ticks_ < next_look_) return;
  next_look_ = excess_ticks_ + kLookTicks;
  slow_ = static_cast<double>(excess_ticks_) * nanosecondsPerTick() >=
          static_cast<double>(limit_.count() / kSlowShare);
  if (slow_) excess_ = limit_ / kSlowShare;
}

void RegexBudget::renew() { *this = RegexBudget(limit_); }

}  // namespace waf
