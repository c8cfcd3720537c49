#include "gateway/balance/endpoint.h"

namespace gateway {

void Endpoint::note(const std::string& detail) {
  const std::string since = waf::formatRfc3339(waf::Clock::system().wall());
  const std::scoped_lock lock(mutex_);
  detail_ = detail + ", since " + since.substr(0, 19) + "Z";
}

void Endpoint::setCheck(Check check, const std::string& detail) {
  if (check_.exchange(check, std::memory_order_relaxed) == check) return;
  note(detail);
}

bool Endpoint::ejected(waf::MonotonicTime now) const {
  return now.time_since_epoch().count() < ejected_until_.load(std::memory_order_relaxed);
}

void Endpoint::eject(waf::MonotonicTime until, const std::string& detail) {
  ejected_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  note(detail);
}

uint32_t Endpoint::countSuccess() {
  requests_.fetch_add(1, std::memory_order_relaxed);
  // Read first: a store would take the cache line from the other loops on every request.
  if (failures_in_row_.load(std::memory_order_relaxed) != 0) {
    failures_in_row_.store(0, std::memory_order_relaxed);
  }
  return 0;
}

uint32_t Endpoint::countFailure() {
  requests_.fetch_add(1, std::memory_order_relaxed);
  failures_.fetch_add(1, std::memory_order_relaxed);
  return failures_in_row_.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::string Endpoint::state(waf::MonotonicTime now) const {
  if (check() == Check::Unhealthy) return "unhealthy";
  if (ejected(now)) return "ejected";
  if (check() == Check::Healthy || requests() > 0) return "healthy";
  return "unknown";
}

std::string Endpoint::detail() const {
  const std::scoped_lock lock(mutex_);
  return detail_;
}

}  // namespace gateway
