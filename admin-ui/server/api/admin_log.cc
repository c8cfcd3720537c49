#include <nlohmann/json.hpp>

#include "admin-ui/server/api/event_filter.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/passwords.h"
#include "waf/base/text.h"

namespace admin {

Response listAdminLog(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  uint64_t limit = 0;
  uint64_t before = 0;
  if (const auto error = readCount(request, "limit", 1000, 100, &limit))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "before", INT64_MAX, INT64_MAX, &before))
    return errorResponse(*error, request.id);
  db::AdminLog& log = services.store->adminLog();
  const auto acts = log.list(static_cast<int64_t>(before), static_cast<size_t>(limit));
  if (!acts) return errorResponse(apiError(acts.error()), request.id);
  const auto fault = log.verify(db::AdminLog::Depth::Whole);
  if (!fault) return errorResponse(apiError(fault.error()), request.id);
  nlohmann::json items = nlohmann::json::array();
  for (const db::AdminAct& act : *acts) {
    items.push_back({{"number", act.number},
                     {"time", waf::formatRfc3339(act.time)},
                     {"actor", waf::toPrintableUtf8(act.actor)},
                     {"origin", act.origin},
                     {"action", waf::toPrintableUtf8(act.action)},
                     {"outcome", act.outcome}});
  }
  return jsonResponse({{"items", std::move(items)}, {"chain", *fault}});
}

}  // namespace admin
