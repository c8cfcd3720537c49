#include <nlohmann/json.hpp>

#include "admin-ui/server/api/handlers.h"

namespace admin {

Response testOutput(Services& services, Request& request) {
  const auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  for (const db::OutputConfig& output : current->config.settings.outputs) {
    if (output.name != request.captures[0]) continue;
    const auto sent = services.gateway.testOutput(output);
    return jsonResponse({{"ok", sent.has_value()},
                         {"message", sent ? "one test event was sent" : sent.error().message}});
  }
  return errorResponse(notFound("there is no output \"" + request.captures[0] + "\""), request.id);
}

}  // namespace admin
