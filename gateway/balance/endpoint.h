#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "waf/base/clock.h"

namespace gateway {

// What is known of one endpoint of one upstream: shared by all loops, the health check and the
// status page, and carried over from snapshot to snapshot as long as upstream and address stay. Any
// thread; the hot path is atomics.
class Endpoint {
 public:
  explicit Endpoint(std::string address) : address_(std::move(address)) {}

  const std::string& address() const { return address_; }

  // The active check's verdict; Unknown counts as healthy until the first verdict.
  enum class Check { Unknown, Healthy, Unhealthy };
  Check check() const { return check_.load(std::memory_order_relaxed); }
  void setCheck(Check check, const std::string& detail);

  // Passive ejection: out of the rotation until then.
  bool ejected(waf::MonotonicTime now) const;
  void eject(waf::MonotonicTime until, const std::string& detail);
  bool available(waf::MonotonicTime now) const {
    return check() != Check::Unhealthy && !ejected(now);
  }

  // Counts an answer or a failure of real traffic; returns the failures in a row.
  uint32_t countSuccess();
  uint32_t countFailure();

  void begin() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  void end() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  uint32_t inFlight() const { return in_flight_.load(std::memory_order_relaxed); }

  uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }
  std::string state(waf::MonotonicTime now) const;  // "healthy", "unhealthy", "ejected", "unknown"
  std::string detail() const;                       // why, and since when

 private:
  void note(const std::string& detail);

  const std::string address_;
  std::atomic<Check> check_{Check::Unknown};
  std::atomic<int64_t> ejected_until_{0};  // steady clock ticks
  std::atomic<uint32_t> failures_in_row_{0};
  std::atomic<uint32_t> in_flight_{0};
  std::atomic<uint64_t> requests_{0};
  std::atomic<uint64_t> failures_{0};
  mutable std::mutex mutex_;  // detail_ only
  std::string detail_;
};

}  // namespace gateway
