// Each search reads the processor's counter twice, which costs a few nanoseconds; clocks are read
// only when the excess has grown by milliseconds.
#include "waf/regex/regex_budget.h"

#include <time.h>

#include "waf/base/ticks.h"

namespace waf {
namespace {

// Free of charge: of each search, and of each byte (50 MB/s, the interpreter's pace).
constexpr uint64_t kFreeTicks = 10'000;
constexpr uint64_t kFreeTicksPerByte = 60;
constexpr std::chrono::nanoseconds kFree{4'000};
constexpr std::chrono::nanoseconds kFreePerByte{20};
constexpr uint64_t kLookTicks = 2'000'000;  // excess from one look at the clock to the next
constexpr int kSlowShare = 5;               // slow is what took a fifth of the limit

thread_local RegexBudget* current_budget = nullptr;
thread_local size_t reads = 0;

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
  const uint64_t took = ticksSince(start.ticks);
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
