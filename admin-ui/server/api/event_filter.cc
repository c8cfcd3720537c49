#include "admin-ui/server/api/event_filter.h"

#include <algorithm>
#include <array>

#include "waf/base/text.h"

namespace admin {
namespace {

// Each is a term of the filter by itself.
constexpr std::array<std::string_view, 7> kTermParameters{"site", "decision", "reason", "client",
                                                          "rule", "path",     "q"};

// The value of a parameter stands alone: where in the term the fault is says nothing.
std::string withoutPosition(const std::string& message) {
  const size_t colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

}  // namespace

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

std::optional<ApiError> readEventFilter(const Request& request, waf::WallTime now,
                                        db::EventFilter* filter) {
  const auto parsed = db::parseEventFilter(request.parameter("filter").value_or(""), now);
  if (!parsed) return invalid("filter: " + parsed.error().message, "filter");
  *filter = *parsed;
  for (const std::string_view name : kTermParameters) {
    const auto value = request.parameter(name);
    if (!value || value->empty()) continue;
    const std::string field = name == "q" ? "text" : std::string(name);
    const auto term = db::parseEventFilter(field + ":" + db::quotedForFilter(*value), now);
    if (!term) return invalid(withoutPosition(term.error().message), std::string(name));
    filter->terms.insert(filter->terms.end(), term->terms.begin(), term->terms.end());
  }
  std::optional<waf::WallTime> since;
  std::optional<waf::WallTime> until;
  if (const auto error = readTime(request, "since", &since)) return error;
  if (const auto error = readTime(request, "until", &until)) return error;
  if (since) filter->since = std::max(filter->since.value_or(*since), *since);
  if (until) filter->until = std::min(filter->until.value_or(*until), *until);
  return std::nullopt;
}

}  // namespace admin
