#include <chrono>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "admin-ui/server/api/api.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/passwords.h"
#include "admin-ui/server/http/json_body.h"

namespace admin {
namespace {

using nlohmann::json;

json describe(const Principal& principal) {
  return {{"user", principal.user},
          {"role", principal.admin     ? "admin"
                   : principal.auditor ? "auditor"
                                       : "viewer"},
          {"must_change_password", principal.must_change_password},
          {"csrf_token", principal.csrf_token}};
}

std::string cookie(const std::string& token, bool drop) {
  return std::string(kSessionCookie) + "=" + token + "; Path=/; Secure; HttpOnly; SameSite=Strict" +
         (drop ? "; Max-Age=0" : "");
}

ApiError waitFirst(std::chrono::seconds wait) {
  return {429,
          "exhausted",
          "too many failed logins from this address; try again in " + std::to_string(wait.count()) +
              " seconds",
          "",
          {}};
}

// To the gateway's log, at most once in ten seconds: anybody may ask for a line.
void logNowAndThen(const std::string& line, waf::MonotonicTime now) {
  constexpr std::chrono::seconds kPause{10};
  static std::mutex mutex;
  static std::optional<waf::MonotonicTime> last;
  const std::scoped_lock lock(mutex);
  if (last && now - *last < kPause) return;
  last = now;
  std::fprintf(stderr, "portcullis: %s\n", line.c_str());
}

}  // namespace

Response login(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  const auto wait = services.throttle.wait(request.peer);
  if (wait.count() > 0) {
    Response response = errorResponse(waitFirst(wait), request.id);
    response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return response;
  }
  json body;
  std::string user;
  std::string password;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = onlyMembers(body, {"user", "password"}))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "user", true, 128, &user))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "password", true, kMaxPassword, &password)) {
    return errorResponse(*error, request.id);
  }
  auto known = services.store->users().authenticate(user, password);
  if (!known) {
    ApiError error = apiError(known.error());
    if (known.error().code == waf::ErrorCode::Denied ||
        known.error().code == waf::ErrorCode::NotFound) {
      services.throttle.failed(request.peer);
      error.status = 401;
      error.code = "unauthenticated";
    } else {
      // Where the store is concerns nobody who is not logged in.
      logNowAndThen("a login failed: " + known.error().message, services.clock.monotonic());
      error.message = "the store cannot be read now; see the gateway's log";
    }
    return errorResponse(error, request.id);
  }
  services.throttle.succeeded(request.peer);
  // A login replaces the session that the browser had: a token set by somebody else is never taken
  // over.
  services.sessions.remove(cookieValue(request.header("Cookie"), kSessionCookie));
  const std::string token =
      services.sessions.create(known->name, known->role, known->must_change_password);
  const auto session = services.sessions.find(token);
  request.principal = {
      known->name, known->role == "admin",      known->role == "auditor",
      false,       known->must_change_password, session ? session->csrf_token : ""};
  Response response = jsonResponse(describe(request.principal));
  response.headers.emplace_back("Set-Cookie", cookie(token, false));
  return response;
}

Response showSession(Services&, Request& request) {
  return jsonResponse(describe(request.principal));
}

Response logout(Services& services, Request& request) {
  services.sessions.remove(cookieValue(request.header("Cookie"), kSessionCookie));
  Response response = noContent();
  response.headers.emplace_back("Set-Cookie", cookie("", true));
  return response;
}

Response changeOwnPassword(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  if (request.principal.control) {
    return errorResponse(
        invalid("the control socket has no user of its own; use PUT /users/{name}/password"),
        request.id);
  }
  json body;
  std::string current;
  std::string next;
  if (const auto error = parseJsonBody(request, &body)) return errorResponse(*error, request.id);
  if (const auto error = onlyMembers(body, {"current", "new"}))
    return errorResponse(*error, request.id);
  if (const auto error = readString(body, "current", true, kMaxPassword, &current)) {
    return errorResponse(*error, request.id);
  }
  if (const auto error = readString(body, "new", true, kMaxPassword, &next)) {
    return errorResponse(*error, request.id);
  }
  const std::string& user = request.principal.user;
  if (const auto error = checkPassword(user, next, "new")) return errorResponse(*error, request.id);
  if (next == current) {
    return errorResponse(invalid("the new password must differ from the current one", "new"),
                         request.id);
  }
  const auto known = services.store->users().authenticate(user, current);
  if (!known) {
    ApiError error = apiError(known.error());
    error.field = "current";
    return errorResponse(error, request.id);
  }
  const auto changed = services.store->users().setPassword(user, next, false);
  if (!changed) return errorResponse(apiError(changed.error()), request.id);
  const std::string token = cookieValue(request.header("Cookie"), kSessionCookie);
  services.sessions.removeUser(user, token);
  services.sessions.passwordChanged(token);
  return noContent();
}

}  // namespace admin
