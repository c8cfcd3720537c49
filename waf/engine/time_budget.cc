#include "waf/engine/time_budget.h"

#include "waf/base/ticks.h"
#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

std::chrono::nanoseconds since(uint64_t start) {
  const auto passed = static_cast<double>(ticksSince(start));
  return std::chrono::nanoseconds(static_cast<int64_t>(passed * nanosecondsPerTick()));
}

}  // namespace

TimeBudget::TimeBudget(std::chrono::nanoseconds limit) : limit_(limit) {}

void TimeBudget::start() {
  if (limit_.count() == 0) return;
  if (slow_) own_started_ = threadCpuTime();
  started_ = ticks();
}

void TimeBudget::stop() {
  if (limit_.count() == 0) return;
  used_ += slow_ ? threadCpuTime() - own_started_ : since(started_);
}

void TimeBudget::renew() {
  used_ = {};
  slow_ = false;
  spent_ = false;
}

void TimeBudget::look() {
  left_ = kLook;
  if (limit_.count() == 0 || spent_) return;
  if (slow_) {
    spent_ = used_ + (threadCpuTime() - own_started_) >= limit_;
    return;
  }
  if (used_ + since(started_) < limit_ / 2) return;
  slow_ = true;
  used_ = limit_ / 2;
  own_started_ = threadCpuTime();
}

}  // namespace waf
