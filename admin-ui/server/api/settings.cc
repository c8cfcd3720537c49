#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"

namespace admin {

Response showSettings(Services& services, Request& request) {
  const auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  return jsonResponse(db::toJson(current->config.settings));
}

Response replaceSettings(Services& services, Request& request) {
  nlohmann::json body;
  ConfigChange change;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = readChange(request, &change)) return errorResponse(*error, request.id);
  const auto settings = db::parseSettings(body);
  if (!settings) return errorResponse(apiError(settings.error()), request.id);
  const auto outcome =
      services.config.apply(change, [&](db::Config& config) -> std::optional<ApiError> {
        config.settings = *settings;
        return std::nullopt;
      });
  if (outcome.error) return errorResponse(*outcome.error, request.id);
  return jsonResponse(
      {{"item", db::toJson(outcome.now.config.settings)}, {"version", outcome.now.version.number}});
}

}  // namespace admin
