#include "gateway/control/site_totals.h"

namespace gateway {

db::TrafficMinute totalsOf(const SiteTraffic& traffic) {
  db::TrafficMinute sum;
  sum.site = traffic.site();
  const auto read = [](const std::atomic<uint64_t>& value) {
    return value.load(std::memory_order_relaxed);
  };
  for (const TrafficSlot& slot : traffic.slots()) {
    sum.requests += read(slot.requests);
    sum.blocked += read(slot.blocked);
    sum.detected += read(slot.detected);
    sum.client_errors += read(slot.client_errors);
    sum.server_errors += read(slot.server_errors);
    sum.cache_hits += read(slot.cache_hits);
    sum.bytes_in += read(slot.bytes_in);
    sum.bytes_out += read(slot.bytes_out);
  }
  return sum;
}

}  // namespace gateway
