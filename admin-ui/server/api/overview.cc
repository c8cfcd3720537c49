#include <nlohmann/json.hpp>

#include "admin-ui/server/api/attention.h"
#include "admin-ui/server/api/event_filter.h"
#include "admin-ui/server/api/handlers.h"

namespace admin {
namespace {

using nlohmann::json;

struct Totals {
  uint64_t requests = 0;
  uint64_t blocked = 0;
  uint64_t detected = 0;
  uint64_t client_errors = 0;
  uint64_t server_errors = 0;
  uint64_t cache_hits = 0;
};

json describeTraffic(const std::vector<db::TrafficMinute>& minutes, Totals* totals) {
  json out = json::array();
  for (const db::TrafficMinute& row : minutes) {
    out.push_back({{"minute", waf::formatRfc3339(row.minute)},
                   {"requests", row.requests},
                   {"blocked", row.blocked},
                   {"detected", row.detected},
                   {"client_errors", row.client_errors},
                   {"server_errors", row.server_errors},
                   {"cache_hits", row.cache_hits}});
    totals->requests += row.requests;
    totals->blocked += row.blocked;
    totals->detected += row.detected;
    totals->client_errors += row.client_errors;
    totals->server_errors += row.server_errors;
    totals->cache_hits += row.cache_hits;
  }
  return out;
}

json describe(const Totals& totals) {
  return {{"requests", totals.requests},           {"blocked", totals.blocked},
          {"detected", totals.detected},           {"client_errors", totals.client_errors},
          {"server_errors", totals.server_errors}, {"cache_hits", totals.cache_hits}};
}

json describe(const std::vector<db::Count>& counts) {
  json out = json::array();
  for (const db::Count& count : counts) {
    out.push_back({{"key", count.key}, {"label", count.label}, {"count", count.count}});
  }
  return out;
}

json describeTop(const db::EventCounts& top) {
  return {{"sites", describe(top.sites)},     {"rules", describe(top.rules)},
          {"clients", describe(top.clients)}, {"paths", describe(top.paths)},
          {"reasons", describe(top.reasons)}, {"partial", top.partial}};
}

// What the store knows of the time between; the first thing that it cannot read ends it.
std::optional<ApiError> addHistory(db::Store& store, const db::EventFilter& filter, uint32_t step,
                                   const std::string& site, json* out) {
  const auto series = store.traffic().series(*filter.since, *filter.until, step, site);
  if (!series) return apiError(series.error());
  Totals totals;
  (*out)["traffic"] = describeTraffic(*series, &totals);
  (*out)["totals"] = describe(totals);
  const auto top = store.events().count(filter, {.limit = 8});
  if (!top) return apiError(top.error());
  (*out)["top"] = describeTop(*top);
  const auto sites = store.traffic().bySite(*filter.since, *filter.until);
  if (!sites) return apiError(sites.error());
  json list = json::array();
  for (const db::TrafficMinute& row : *sites) {
    list.push_back({{"site", row.site},
                    {"requests", row.requests},
                    {"blocked", row.blocked},
                    {"detected", row.detected}});
  }
  (*out)["sites"] = std::move(list);
  return std::nullopt;
}

}  // namespace

Response showOverview(Services& services, Request& request) {
  db::EventFilter filter;
  uint64_t step = 0;
  if (const auto error = readEventFilter(request, services.clock.wall(), &filter))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "step_minutes", 1440, 15, &step))
    return errorResponse(*error, request.id);
  if (!filter.until) filter.until = services.clock.wall();
  if (!filter.since) filter.since = *filter.until - std::chrono::hours(24);
  if (*filter.until - *filter.since > std::chrono::minutes(step) * 5000 ||
      *filter.until < *filter.since) {
    return errorResponse(
        invalid("since, until, step_minutes: must give at most 5000 steps, forwards"), request.id);
  }
  json out = {{"traffic", json::array()},
              {"totals", describe(Totals{})},
              {"top", describeTop(db::EventCounts{})},
              {"sites", json::array()},
              {"endpoints", json::array()}};
  if (services.store != nullptr) {
    if (const auto error = addHistory(*services.store, filter, static_cast<uint32_t>(step),
                                      request.parameter("site").value_or(""), &out)) {
      return errorResponse(*error, request.id);
    }
  }
  const GatewayStatus status = services.gateway.status();
  for (const EndpointHealth& endpoint : status.endpoints) {
    out["endpoints"].push_back({{"upstream", endpoint.upstream},
                                {"address", endpoint.address},
                                {"state", endpoint.state},
                                {"detail", endpoint.detail}});
  }
  out["attention"] = needsAttention(services, status);
  return jsonResponse(out);
}

}  // namespace admin
