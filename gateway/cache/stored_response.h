#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/cache/cache_control.h"
#include "waf/base/clock.h"

namespace gateway {

// A complete response in the cache. Immutable once stored, shared by the loops that send it.
struct StoredResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;  // end to end, as the client gets them
  std::shared_ptr<const std::string> body;
  std::string etag;
  std::string last_modified;
  std::vector<std::pair<std::string, std::string>> vary;  // field name → the request's value
  std::chrono::seconds lifetime{};                        // RFC 9111 section 4.2.1
  std::chrono::seconds initial_age{};                     // corrected_initial_age of section 4.2.3
  waf::MonotonicTime received{};
  bool always_revalidate = false;  // no-cache

  std::chrono::seconds age(waf::MonotonicTime now) const;
  bool hasValidator() const { return !etag.empty() || !last_modified.empty(); }
  bool matches(FieldSpan request) const;  // by the Vary fields
  size_t bytes() const;
};

// When a request was sent and its response head received.
struct ExchangeTimes {
  waf::MonotonicTime requested;
  waf::MonotonicTime received;
  waf::WallTime received_wall;
};

// Whether the cache may be asked for this request at all (RFC 9111 section 3 and 4; Range and
// Authorization never).
bool mayUseCache(std::string_view method, FieldSpan request);

// The response without its body when it may be stored (RFC 9111 section 3: final status that is
// cacheable, explicit freshness or a validator, no no-store or private, no Set-Cookie, no Vary: *);
// null when not.
std::shared_ptr<StoredResponse> planStore(FieldSpan request, int status, FieldSpan response,
                                          const ExchangeTimes& times);

// The stored response freshened by a 304 (RFC 9111 section 4.3.4); null when it may not be kept any
// longer.
std::shared_ptr<StoredResponse> freshen(const StoredResponse& stored, FieldSpan request,
                                        FieldSpan not_modified, const ExchangeTimes& times);

// Whether the client's own condition is met by the stored response, so that 304 answers it (RFC
// 9110 section 13.2.2).
bool clientHasIt(FieldSpan request, const StoredResponse& stored);

// The fields that a 304 carries (RFC 9110 section 15.4.5).
bool belongsInNotModified(std::string_view name);

}  // namespace gateway
