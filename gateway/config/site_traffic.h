#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gateway {

// What one loop counted for one site since the process started. Written by that loop only, read by
// the thread that stores the minutes.
struct alignas(64) TrafficSlot {
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> blocked{0};
  std::atomic<uint64_t> detected{0};
  std::atomic<uint64_t> client_errors{0};
  std::atomic<uint64_t> server_errors{0};
  std::atomic<uint64_t> cache_hits{0};
  std::atomic<uint64_t> bytes_in{0};
  std::atomic<uint64_t> bytes_out{0};

  // One writer: no locked instruction is needed.
  static void add(std::atomic<uint64_t>* counter, uint64_t amount) {
    counter->store(counter->load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
};

// The counters of one site, a slot for each loop. Lives from the site's first snapshot to the
// process' end.
class SiteTraffic {
 public:
  SiteTraffic(std::string site, size_t loops) : site_(std::move(site)), slots_(loops) {}
  const std::string& site() const { return site_; }
  TrafficSlot& slot(size_t loop) { return slots_[loop]; }
  const std::vector<TrafficSlot>& slots() const { return slots_; }

 private:
  const std::string site_;
  std::vector<TrafficSlot> slots_;
};

}  // namespace gateway
