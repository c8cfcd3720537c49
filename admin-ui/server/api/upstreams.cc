#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"
#include "db/config/validate.h"

namespace admin {
namespace {

struct UpstreamKind {
  using Object = db::UpstreamConfig;
  static constexpr const char* kKind = "upstream";
  static std::vector<Object>& list(db::Config& config) { return config.upstreams; }

  struct Context {
    const db::Config& config;
    std::vector<EndpointHealth> health;
  };
  static Context context(Services& services, const db::Config& config) {
    return {config, services.gateway.status().endpoints};
  }
  static nlohmann::json describe(const Context& context, const Object& upstream) {
    nlohmann::json out = db::toJson(upstream);
    out["used_by"] = usedBy(context.config, upstream.name);
    for (nlohmann::json& endpoint : out["endpoints"]) {
      EndpointHealth health;
      health.state = "unknown";
      for (const EndpointHealth& candidate : context.health) {
        if (candidate.upstream == upstream.name && candidate.address == endpoint["address"])
          health = candidate;
      }
      endpoint["state"] = health.state;
      endpoint["detail"] = health.detail;
      endpoint["requests"] = health.requests;
      endpoint["failures"] = health.failures;
    }
    return out;
  }
  static waf::Result<Object> parse(nlohmann::json body) {
    body.erase("used_by");
    if (const auto endpoints = body.find("endpoints");
        endpoints != body.end() && endpoints->is_array()) {
      for (nlohmann::json& endpoint : *endpoints) {
        if (!endpoint.is_object()) continue;
        for (const char* name : {"state", "detail", "requests", "failures"}) endpoint.erase(name);
      }
    }
    return db::parseUpstream(body);
  }
  static std::vector<std::string> usedBy(const db::Config& config, const std::string& name) {
    return sitesThat(config, [&](const db::SiteConfig& site) { return site.upstream == name; });
  }
};

using Upstreams = Collection<UpstreamKind>;

}  // namespace

Response listUpstreams(Services& s, Request& r) { return Upstreams::list(s, r); }
Response showUpstream(Services& s, Request& r) { return Upstreams::show(s, r); }
Response createUpstream(Services& s, Request& r) { return Upstreams::create(s, r); }
Response replaceUpstream(Services& s, Request& r) { return Upstreams::replace(s, r); }
Response removeUpstream(Services& s, Request& r) { return Upstreams::remove(s, r); }

Response probeUpstream(Services& services, Request& request) {
  nlohmann::json body;
  std::string address;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = onlyMembers(body, {"address", "protocol", "tls", "proxy_protocol"}))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "address", true, 300, &address))
    return errorResponse(*error, request.id);
  if (const std::string problem = db::checkEndpoint(address); !problem.empty()) {
    return jsonResponse({{"ok", false}, {"message", problem}});  // the form shows it as it is typed
  }
  body["name"] = "probe";
  body["endpoints"] = nlohmann::json::array({{{"address", address}}});
  body.erase("address");
  const auto like = db::parseUpstream(body);
  if (!like) return errorResponse(apiError(like.error()), request.id);
  const UpstreamProbe probe = services.gateway.probeUpstream(address, *like);
  return jsonResponse({{"ok", probe.ok}, {"message", probe.message}});
}

}  // namespace admin
