#include <nlohmann/json.hpp>

#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/passwords.h"
#include "admin-ui/server/http/json_body.h"

namespace admin {
namespace {

using nlohmann::json;

json time(const std::optional<waf::WallTime>& value) {
  return value ? json(waf::formatRfc3339(*value)) : json(nullptr);
}

json describe(const db::User& user) {
  return {{"name", user.name},
          {"role", user.role},
          {"disabled", user.disabled},
          {"must_change_password", user.must_change_password},
          {"locked_until", time(user.locked_until)},
          {"last_login", time(user.last_login)}};
}

std::optional<ApiError> checkName(const std::string& name) {
  if (name.size() > 64) return invalid("name: has more than 64 characters", "name");
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_' || c == '@';
    if (!plain) return invalid("name: may have letters, digits and . - _ @", "name");
  }
  return std::nullopt;
}

// Disabling the last one that can log in would leave only the control socket.
std::optional<ApiError> keepOneAdmin(db::UserStore& users, const std::string& name) {
  const auto list = users.list();
  if (!list) return apiError(list.error());
  for (const db::User& user : *list) {
    if (user.name != name && user.role == "admin" && !user.disabled) return std::nullopt;
  }
  return conflict("\"" + name + "\" is the only administrator; add another one first");
}

Response done(const waf::Result<void>& result, const Request& request) {
  return result ? noContent() : errorResponse(apiError(result.error()), request.id);
}

}  // namespace

Response listUsers(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  const auto users = services.store->users().list();
  if (!users) return errorResponse(apiError(users.error()), request.id);
  json items = json::array();
  for (const db::User& user : *users) items.push_back(describe(user));
  return jsonResponse({{"items", std::move(items)}});
}

Response addUser(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  json body;
  std::string name;
  std::string role;
  std::string password;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = onlyMembers(body, {"name", "role", "password"}))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "name", true, 128, &name))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "role", true, 16, &role))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "password", true, kMaxPassword, &password)) {
    return errorResponse(*error, request.id);
  }
  if (const auto error = checkName(name)) return errorResponse(*error, request.id);
  if (role != "admin" && role != "viewer" && role != "auditor") {
    return errorResponse(invalid("role: must be admin, viewer or auditor", "role"), request.id);
  }
  if (const auto error = checkPassword(name, password, "password"))
    return errorResponse(*error, request.id);
  // Somebody else chose the password: its owner makes an own one at the first login.
  const auto user = services.store->users().add(name, role, password, true);
  if (!user) return errorResponse(apiError(user.error()), request.id);
  return jsonResponse({{"item", describe(*user)}}, 201);
}

Response setUserPassword(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  json body;
  std::string password;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = onlyMembers(body, {"password"})) return errorResponse(*error, request.id);
  if (const auto error = readString(body, "password", true, kMaxPassword, &password)) {
    return errorResponse(*error, request.id);
  }
  const std::string& name = request.captures[0];
  if (const auto error = checkPassword(name, password, "password"))
    return errorResponse(*error, request.id);
  const auto changed =
      services.store->users().setPassword(name, password, name != request.principal.user);
  if (changed) services.sessions.removeUser(name, "");
  return done(changed, request);
}

Response disableUser(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  const std::string& name = request.captures[0];
  if (const auto error = keepOneAdmin(services.store->users(), name))
    return errorResponse(*error, request.id);
  const auto changed = services.store->users().setDisabled(name, true);
  if (changed) services.sessions.removeUser(name, "");
  return done(changed, request);
}

Response enableUser(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  return done(services.store->users().setDisabled(request.captures[0], false), request);
}

Response unlockUser(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  return done(services.store->users().unlock(request.captures[0]), request);
}

}  // namespace admin
