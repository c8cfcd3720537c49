#pragma once

#include "db/store/store.h"
#include "gateway/config/site_traffic.h"

namespace gateway {

// The sum of what all loops counted for a site since the process started. Any thread.
db::TrafficMinute totalsOf(const SiteTraffic& traffic);

}  // namespace gateway
