#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/passwords.h"
#include "waf/base/text.h"

namespace admin {
namespace {

using nlohmann::json;

constexpr size_t kListedVersions = 200;

// Members that an export adds for the reader and an import may bring back.
std::optional<ApiError> parseDocument(const Request& request, db::Config* out) {
  json body;
  if (const auto error = parseJsonBody(request, &body)) return error;
  body.erase("$schema");
  body.erase("version");
  auto config = db::parseConfig(body);
  if (!config) return apiError(config.error());
  *out = std::move(*config);
  return std::nullopt;
}

}  // namespace

Response showConfig(Services& services, Request& request) {
  const auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  Response response = jsonResponse(db::toJson(current->config));
  response.headers.emplace_back("ETag", "\"" + std::to_string(current->version.number) + "\"");
  return response;
}

Response replaceConfig(Services& services, Request& request) {
  db::Config config;
  ConfigChange change;
  if (const auto error = parseDocument(request, &config)) return errorResponse(*error, request.id);
  if (const auto error = readChange(request, &change)) return errorResponse(*error, request.id);
  const auto outcome =
      services.config.apply(change, [&](db::Config& edited) -> std::optional<ApiError> {
        edited = config;
        return std::nullopt;
      });
  if (outcome.error) return errorResponse(*outcome.error, request.id);
  return jsonResponse({{"version", outcome.now.version.number}});
}

Response validateConfig(Services& services, Request& request) {
  db::Config config;
  if (const auto error = parseDocument(request, &config)) return errorResponse(*error, request.id);
  if (const auto error = services.config.check(config)) return errorResponse(*error, request.id);
  return jsonResponse({{"valid", true}});
}

Response showSchema(Services&, Request&) { return jsonResponse(db::configSchema()); }

Response listVersions(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  const auto versions = services.store->config().versions(kListedVersions);
  if (!versions) return errorResponse(apiError(versions.error()), request.id);
  json items = json::array();
  for (const db::ConfigVersion& version : *versions) {
    items.push_back({{"number", version.number},
                     {"time", waf::formatRfc3339(version.time)},
                     {"author", version.author},
                     {"comment", version.comment},
                     {"changes", version.changes}});
  }
  return jsonResponse({{"versions", std::move(items)}});
}

Response rollBack(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  ConfigChange change;
  if (const auto error = readChange(request, &change)) return errorResponse(*error, request.id);
  uint64_t number = 0;
  if (!waf::parseUint64(request.captures[0], &number) || number > INT64_MAX) {
    return errorResponse(invalid("a version is a number"), request.id);
  }
  auto old = services.store->config().loadVersion(static_cast<int64_t>(number));
  if (!old) return errorResponse(apiError(old.error()), request.id);
  if (change.comment.empty()) change.comment = "rolled back to version " + request.captures[0];
  const auto outcome =
      services.config.apply(change, [&](db::Config& edited) -> std::optional<ApiError> {
        edited = *old;
        return std::nullopt;
      });
  if (outcome.error) return errorResponse(*outcome.error, request.id);
  return jsonResponse({{"version", outcome.now.version.number}});
}

}  // namespace admin
