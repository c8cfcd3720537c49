#include "gateway/cache/stored_response.h"

#include <algorithm>

#include "gateway/cache/http_date.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

using std::chrono::seconds;

// Statuses that are cacheable and that we understand (RFC 9110 section 15.1).
bool cacheableStatus(int status) {
  switch (status) {
    case 200:
    case 203:
    case 204:
    case 300:
    case 301:
    case 308:
    case 404:
    case 405:
    case 410:
    case 414:
      return true;
    default:
      return false;
  }
}

bool isConnectionField(std::string_view name) {
  for (const std::string_view other :
       {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade", "age", "cache-status", "x-request-id"}) {
    if (waf::equalsIgnoreCase(name, other)) return true;
  }
  return false;
}

std::optional<std::vector<std::pair<std::string, std::string>>> varyOf(FieldSpan request,
                                                                       FieldSpan response) {
  std::vector<std::pair<std::string, std::string>> vary;
  const std::string list = joinedField(response, "vary");
  std::string_view rest = list;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string name = waf::toLower(waf::trim(rest.substr(0, comma)));
    if (name == "*") return std::nullopt;
    if (!name.empty()) vary.emplace_back(name, joinedField(request, name));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::sort(vary.begin(), vary.end());
  return vary;
}

// RFC 9111 section 4.2.1; no heuristics: what does not say how long it lives is not served without
// asking.
seconds lifetimeOf(const CacheControl& control, FieldSpan response, waf::WallTime received) {
  if (control.s_maxage) return *control.s_maxage;
  if (control.max_age) return *control.max_age;
  const auto expires = firstField(response, "expires");
  if (!expires) return seconds(0);
  const auto until = parseHttpDate(*expires);
  if (!until) return seconds(0);
  const auto date = parseHttpDate(firstField(response, "date").value_or(""));
  const int64_t from =
      date.value_or(std::chrono::duration_cast<seconds>(received.time_since_epoch()).count());
  return seconds(std::max<int64_t>(0, *until - from));
}

seconds initialAge(FieldSpan response, const ExchangeTimes& times) {
  const int64_t now =
      std::chrono::duration_cast<seconds>(times.received_wall.time_since_epoch()).count();
  const auto date = parseHttpDate(firstField(response, "date").value_or(""));
  const int64_t apparent = date ? std::max<int64_t>(0, now - *date) : 0;
  uint64_t age_value = 0;
  if (const auto age = firstField(response, "age")) waf::parseUint64(waf::trim(*age), &age_value);
  const auto delay = std::chrono::ceil<seconds>(times.received - times.requested).count();
  const int64_t corrected =
      static_cast<int64_t>(std::min<uint64_t>(age_value, uint64_t{1} << 31)) + delay;
  return seconds(std::max(apparent, age_value == 0 ? int64_t{0} : corrected));
}

// Weak comparison (RFC 9110 section 8.8.3.2).
std::string_view opaque(std::string_view tag) {
  tag = waf::trim(tag);
  return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
}

bool tagInList(std::string_view list, std::string_view etag) {
  size_t begin = 0;
  bool quoted = false;
  for (size_t i = 0; i <= list.size(); ++i) {
    if (i < list.size() && list[i] == '"') quoted = !quoted;
    if (i < list.size() && (list[i] != ',' || quoted)) continue;
    const std::string_view tag = waf::trim(list.substr(begin, i - begin));
    if (tag == "*" || (!etag.empty() && opaque(tag) == opaque(etag))) return true;
    begin = i + 1;
  }
  return false;
}

}  // namespace

seconds StoredResponse::age(waf::MonotonicTime now) const {
  return initial_age + std::chrono::duration_cast<seconds>(now - received);
}

bool StoredResponse::matches(FieldSpan request) const {
  return std::all_of(vary.begin(), vary.end(), [&](const auto& field) {
    return joinedField(request, field.first) == field.second;
  });
}

size_t StoredResponse::bytes() const {
  size_t total = sizeof *this + (body ? body->size() : 0) + 256;  // with the index around it
  for (const auto& [name, value] : fields)
    total += name.size() + value.size() + 2 * sizeof(std::string);
  for (const auto& [name, value] : vary)
    total += name.size() + value.size() + 2 * sizeof(std::string);
  return total;
}

bool mayUseCache(std::string_view method, FieldSpan request) {
  if (method != "GET" && method != "HEAD") return false;
  for (const auto& [name, value] : request) {
    if (waf::equalsIgnoreCase(name, "authorization") || waf::equalsIgnoreCase(name, "range") ||
        waf::equalsIgnoreCase(name, "upgrade") || waf::equalsIgnoreCase(name, "if-match") ||
        waf::equalsIgnoreCase(name, "if-unmodified-since") ||
        waf::equalsIgnoreCase(name, "if-range")) {
      return false;
    }
  }
  return !CacheControl::parse(request).no_store;
}

std::shared_ptr<StoredResponse> planStore(FieldSpan request, int status, FieldSpan response,
                                          const ExchangeTimes& times) {
  if (!cacheableStatus(status)) return nullptr;
  const CacheControl control = CacheControl::parse(response);
  if (control.no_store || control.is_private) return nullptr;
  if (firstField(response, "set-cookie") || firstField(response, "content-range")) return nullptr;
  auto vary = varyOf(request, response);
  if (!vary) return nullptr;

  auto stored = std::make_shared<StoredResponse>();
  stored->status = status;
  stored->etag = firstField(response, "etag").value_or("");
  stored->last_modified = firstField(response, "last-modified").value_or("");
  stored->vary = std::move(*vary);
  stored->lifetime = lifetimeOf(control, response, times.received_wall);
  stored->always_revalidate = control.no_cache;
  stored->initial_age = initialAge(response, times);
  stored->received = times.received;
  const bool explicit_life = control.s_maxage || control.max_age || firstField(response, "expires");
  const bool useful = stored->lifetime > stored->initial_age && !stored->always_revalidate;
  if (!useful && !(explicit_life || control.no_cache)) return nullptr;
  if (!useful && !stored->hasValidator()) return nullptr;
  for (const auto& [name, value] : response) {
    if (isConnectionField(name)) continue;
    stored->fields.emplace_back(name, value);
  }
  return stored;
}

std::shared_ptr<StoredResponse> freshen(const StoredResponse& stored, FieldSpan request,
                                        FieldSpan not_modified, const ExchangeTimes& times) {
  std::vector<std::pair<std::string_view, std::string_view>> merged;
  for (const auto& [name, value] : stored.fields) {
    if (!firstField(not_modified, name) || waf::equalsIgnoreCase(name, "content-length")) {
      merged.emplace_back(name, value);
    }
  }
  for (const auto& [name, value] : not_modified) {
    // RFC 9111 section 3.2: a 304 does not describe the body.
    if (waf::equalsIgnoreCase(name, "content-length") ||
        waf::equalsIgnoreCase(name, "content-encoding") ||
        waf::equalsIgnoreCase(name, "content-type")) {
      continue;
    }
    merged.emplace_back(name, value);
  }
  auto renewed = planStore(request, stored.status, merged, times);
  if (renewed) renewed->body = stored.body;
  return renewed;
}

bool clientHasIt(FieldSpan request, const StoredResponse& stored) {
  if (stored.status != 200) return false;
  if (firstField(request, "if-none-match")) {
    return tagInList(joinedField(request, "if-none-match"), stored.etag);
  }
  const auto since = parseHttpDate(firstField(request, "if-modified-since").value_or(""));
  const auto modified = parseHttpDate(stored.last_modified);
  return since && modified && *modified <= *since;
}

bool belongsInNotModified(std::string_view name) {
  for (const std::string_view kept :
       {"cache-control", "content-location", "date", "etag", "expires", "vary", "last-modified"}) {
    if (waf::equalsIgnoreCase(name, kept)) return true;
  }
  return false;
}

}  // namespace gateway
