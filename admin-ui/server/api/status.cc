#include <nlohmann/json.hpp>

#include "admin-ui/server/api/attention.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/rulesets/import.h"

namespace admin {
namespace {

using nlohmann::json;

json describe(const SiteStatus& site) {
  return {{"site", site.site},
          {"configured_mode", site.configured_mode},
          {"effective_mode", site.effective_mode},
          {"detail", site.detail},
          {"requests", site.requests},
          {"blocked", site.blocked},
          {"detected", site.detected},
          {"cache_hits", site.cache_hits},
          {"cache_misses", site.cache_misses},
          {"cache_entries", site.cache_entries},
          {"cache_bytes", site.cache_bytes}};
}

json describe(const EndpointHealth& endpoint) {
  return {{"upstream", endpoint.upstream}, {"address", endpoint.address},
          {"healthy", endpoint.healthy},   {"state", endpoint.state},
          {"detail", endpoint.detail},     {"requests", endpoint.requests},
          {"failures", endpoint.failures}};
}

json describe(const RuleSetStatus& ruleset) {
  json out = describeStatistics(ruleset.statistics);
  out["name"] = ruleset.name;
  out["sites"] = ruleset.sites;
  return out;
}

json describe(const OutputStatus& output) {
  return {{"name", output.name},
          {"sent", output.sent},
          {"dropped", output.dropped},
          {"waiting", output.waiting},
          {"problem", output.problem}};
}

template <typename T>
json describeAll(const std::vector<T>& items) {
  json out = json::array();
  for (const T& item : items) out.push_back(describe(item));
  return out;
}

}  // namespace

Response showStatus(Services& services, Request&) {
  const GatewayStatus status = services.gateway.status();
  const db::EventLogStatus log =
      services.log != nullptr ? services.log->status() : db::EventLogStatus();
  return jsonResponse({{"version", status.version},
                       {"uptime_s", status.uptime.count()},
                       {"ready", status.ready},
                       {"config_version", status.config_version},
                       {"on_last_good", status.on_last_good || services.store == nullptr},
                       {"alarms", alarms(services, status)},
                       {"listeners", status.listeners},
                       {"connections", status.connections},
                       {"connections_refused", status.connections_refused},
                       {"accept_pauses", status.accept_pauses},
                       {"requests", status.requests},
                       {"events_written", status.events_written},
                       {"events_lost", status.events_lost},
                       {"refusals_lost", log.lost_refusals},
                       {"events_waiting", log.backlog},
                       {"events_not_indexed", log.index_lag},
                       {"outputs", describeAll(status.outputs)},
                       {"sites", describeAll(status.sites)},
                       {"endpoints", describeAll(status.endpoints)},
                       {"rulesets", describeAll(status.rulesets)}});
}

}  // namespace admin
