#include "admin-ui/server/inspect/inspect.h"

#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/inspect/site_rules.h"
#include "admin-ui/server/rulesets/import.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace admin {
namespace {

std::optional<ApiError> readClient(const Request& request, InspectedClient* client) {
  const std::string value = request.parameter("client").value_or("");
  if (value.empty()) return std::nullopt;
  std::string_view ip = value;
  uint64_t port = client->port;
  const size_t colon = ip.rfind(':');
  const bool bracketed = ip.front() == '[';
  if (colon != std::string_view::npos &&
      (bracketed ? ip[colon - 1] == ']' : ip.find(':') == colon)) {
    if (!waf::parseUint64(ip.substr(colon + 1), &port)) port = 65536;
    ip = ip.substr(0, colon);
  }
  if (bracketed && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  waf::IpAddress address;
  if (!waf::IpAddress::parse(ip, &address) || port > 65535) {
    return invalid("client: must be an address, with a port or without: 192.0.2.7:1234", "client");
  }
  client->ip = address.toString();
  client->port = static_cast<uint16_t>(port);
  return std::nullopt;
}

// ?request_bytes=N: so much of the body is the request, the rest is the response to it.
std::optional<ApiError> takeResponse(Request& request, std::optional<RawResponse>* response) {
  const auto text = request.parameter("request_bytes");
  if (!text) return std::nullopt;
  uint64_t bytes = 0;
  if (!waf::parseUint64(*text, &bytes) || bytes > request.body.size()) {
    return invalid("request_bytes: how much of the body is the request", "request_bytes");
  }
  auto parsed = RawResponse::parse(std::string_view(request.body).substr(bytes));
  if (!parsed) return apiError(parsed.error());
  *response = std::move(*parsed);
  request.body.resize(bytes);
  return std::nullopt;
}

}  // namespace

Response inspect(Services& services, Request& request) {
  std::optional<RawResponse> response;
  if (const auto error = takeResponse(request, &response)) return errorResponse(*error, request.id);
  const auto raw = RawRequest::parse(request.body);
  InspectedClient client;
  if (!raw) return errorResponse(apiError(raw.error()), request.id);
  if (const auto error = readClient(request, &client)) return errorResponse(*error, request.id);
  const auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  const std::string wanted = request.parameter("site").value_or("");
  const db::SiteConfig* site = nullptr;
  for (const db::SiteConfig& candidate : current->config.sites) {
    if (candidate.name == wanted) site = &candidate;
  }
  if (site == nullptr) {
    return errorResponse(wanted.empty()
                             ? invalid("site: say whose rules to use, ?site=NAME", "site")
                             : notFound("there is no site \"" + wanted + "\""),
                         request.id);
  }
  auto rule_set = services.gateway.ruleSetOf(site->name);
  if (rule_set == nullptr) {
    const auto options = ruleSetOptions(current->config, *site, services.gateway);
    if (!options) return errorResponse(apiError(options.error()), request.id);
    const auto loaded = services.rule_sets.load(*options);
    if (loaded.rule_set == nullptr)
      return errorResponse(refusedRules(loaded.diagnostics), request.id);
    rule_set = loaded.rule_set;
  }
  return jsonResponse(inspectRequest(std::move(rule_set), sitePolicy(*site), *raw, client,
                                     response ? &*response : nullptr));
}

}  // namespace admin
