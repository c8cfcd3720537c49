#include "admin-ui/server/api/event_filter.h"

#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace admin {

std::optional<ApiError> readTime(const Request& request, const char* name,
                                 std::optional<waf::WallTime>* out) {
  const auto value = request.parameter(name);
  if (!value || value->empty()) return std::nullopt;
  waf::WallTime time;
  if (!waf::parseRfc3339(*value, &time)) {
    return invalid(std::string(name) + ": must be a time such as 2026-01-31T12:00:00Z", name);
  }
  *out = time;
  return std::nullopt;
}

std::optional<ApiError> readCount(const Request& request, const char* name, uint64_t max,
                                  uint64_t fallback, uint64_t* out) {
  *out = fallback;
  const auto value = request.parameter(name);
  if (!value || value->empty()) return std::nullopt;
  if (!waf::parseUint64(*value, out) || *out == 0 || *out > max) {
    return invalid(std::string(name) + ": must be a number from 1 to " + std::to_string(max), name);
  }
  return std::nullopt;
}

std::optional<ApiError> readEventFilter(const Request& request, db::EventFilter* filter) {
  if (const auto error = readTime(request, "since", &filter->since)) return error;
  if (const auto error = readTime(request, "until", &filter->until)) return error;
  filter->site = request.parameter("site").value_or("");
  filter->decision = request.parameter("decision").value_or("");
  filter->reason = request.parameter("reason").value_or("");
  filter->client = request.parameter("client").value_or("");
  filter->path_prefix = request.parameter("path").value_or("");
  filter->text = request.parameter("q").value_or("");
  if (!filter->decision.empty() && filter->decision != "blocked" &&
      filter->decision != "detected" && filter->decision != "passed") {
    return invalid("decision: must be blocked, detected or passed", "decision");
  }
  if (!filter->client.empty()) {
    const auto network = waf::IpNetwork::parse(filter->client);
    if (!network) return invalid("client: " + network.error().message, "client");
  }
  if (const auto rule = request.parameter("rule"); rule && !rule->empty()) {
    uint64_t id = 0;
    if (!waf::parseUint64(*rule, &id) || id > INT64_MAX)
      return invalid("rule: must be the id of a rule", "rule");
    filter->rule = static_cast<int64_t>(id);
  }
  return std::nullopt;
}

}  // namespace admin
