#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "gateway/config/snapshot.h"
#include "gateway/loop/event_loop.h"
#include "gateway/loop/task.h"

namespace gateway {

// Ends the checks of a snapshot when the next one starts its own.
struct HealthGeneration {
  std::shared_ptr<const std::atomic<uint64_t>> newest;
  uint64_t mine = 0;
  bool over() const { return newest->load(std::memory_order_relaxed) != mine; }
};

// The active check of one endpoint: GET on the configured path at the interval, on a connection of
// its own, never counted as traffic. 2xx and 3xx are healthy. The first answer decides at once,
// later ones change the verdict after so many in a row. Runs on one loop of the process, whatever
// their number.
Task<void> checkHealth(EventLoop* loop, std::shared_ptr<const Upstream> upstream, size_t index,
                       HealthGeneration generation);

// What several results in a row make of an endpoint's state; without a clock or a socket.
class HealthVerdict {
 public:
  HealthVerdict(uint32_t healthy_after, uint32_t unhealthy_after, Endpoint::Check before)
      : healthy_after_(healthy_after), unhealthy_after_(unhealthy_after), state_(before) {}
  Endpoint::Check add(bool success);

 private:
  const uint32_t healthy_after_;
  const uint32_t unhealthy_after_;
  Endpoint::Check state_;
  uint32_t in_row_ = 0;
  bool last_ = false;
};

}  // namespace gateway
