#include "admin-ui/server/api/site_view.h"

#include <algorithm>

#include "admin-ui/server/api/certificate_view.h"
#include "db/certificate/certificate.h"

namespace admin {

SiteFacts gatherSiteFacts(Services& services, const db::Config& config) {
  SiteFacts facts{config, services.gateway.status(), {}, {}};
  const waf::WallTime now = services.clock.wall();
  if (services.store != nullptr) {
    const auto traffic = services.store->traffic().bySite(now - std::chrono::hours(24), now);
    if (traffic) {
      for (const db::TrafficMinute& row : *traffic) facts.traffic_24h[row.site] = row;
    }
  }
  for (const db::CertificateConfig& certificate : config.certificates) {
    const auto info = db::inspectCertificate(certificate.chain_pem);
    if (info) facts.certificate_days[certificate.name] = daysLeft(info->not_after, now);
  }
  return facts;
}

nlohmann::json describeSiteStatus(const SiteFacts& facts, const db::SiteConfig& site) {
  SiteStatus running;
  running.effective_mode = site.waf.mode;
  for (const SiteStatus& candidate : facts.gateway.sites) {
    if (candidate.site == site.name) running = candidate;
  }
  db::TrafficMinute traffic;
  if (const auto found = facts.traffic_24h.find(site.name); found != facts.traffic_24h.end())
    traffic = found->second;
  nlohmann::json endpoints = nlohmann::json::array();
  for (const EndpointHealth& endpoint : facts.gateway.endpoints) {
    if (endpoint.upstream != site.upstream) continue;
    endpoints.push_back(
        {{"address", endpoint.address}, {"state", endpoint.state}, {"detail", endpoint.detail}});
  }
  nlohmann::json days = nullptr;
  for (const std::string& name : site.certificates) {
    const auto found = facts.certificate_days.find(name);
    if (found == facts.certificate_days.end()) continue;
    days = days.is_null() ? found->second : std::min(days.get<int64_t>(), found->second);
  }
  return {{"effective_mode", running.effective_mode}, {"detail", running.detail},
          {"requests_24h", traffic.requests},         {"blocked_24h", traffic.blocked},
          {"detected_24h", traffic.detected},         {"cache_hits", running.cache_hits},
          {"cache_misses", running.cache_misses},     {"cache_entries", running.cache_entries},
          {"cache_bytes", running.cache_bytes},       {"endpoints", std::move(endpoints)},
          {"certificate_days_left", std::move(days)}};
}

}  // namespace admin
