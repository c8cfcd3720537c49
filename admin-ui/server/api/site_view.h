#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "admin-ui/server/api/services.h"

namespace admin {

// What the gateway and the store know of every site, gathered once a call.
struct SiteFacts {
  const db::Config& config;
  GatewayStatus gateway;
  std::map<std::string, db::TrafficMinute> traffic_24h;
  std::map<std::string, int64_t> certificate_days;  // by certificate
};
SiteFacts gatherSiteFacts(Services& services, const db::Config& config);

// The read-only member `status` of a site.
nlohmann::json describeSiteStatus(const SiteFacts& facts, const db::SiteConfig& site);

}  // namespace admin
