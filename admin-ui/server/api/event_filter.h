#pragma once

#include <optional>

#include "admin-ui/server/http/request.h"
#include "admin-ui/server/http/response.h"
#include "db/store/store.h"

namespace admin {

// `filter` in the language of db/filter/event_filter.h, and since, until, site, decision, reason,
// client, rule, path, q of the query as further terms.
std::optional<ApiError> readEventFilter(const Request& request, waf::WallTime now,
                                        db::EventFilter* filter);

// A parameter that is a time; the error names it.
std::optional<ApiError> readTime(const Request& request, const char* name,
                                 std::optional<waf::WallTime>* out);
// A parameter that is a number from 1 to `max`; `fallback` when absent.
std::optional<ApiError> readCount(const Request& request, const char* name, uint64_t max,
                                  uint64_t fallback, uint64_t* out);

}  // namespace admin
