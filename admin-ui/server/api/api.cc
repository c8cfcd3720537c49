#include "admin-ui/server/api/api.h"

#include <algorithm>
#include <exception>

#include "admin-ui/server/auth/random.h"
#include "waf/base/text.h"

namespace admin {
namespace {

// Of calls that take no body: an empty object does no harm.
constexpr size_t kIgnoredBody = 1024;

// Browsers name the origin of every request that is not a plain GET (Fetch standard, "append a
// request Origin header"). A cookie that came along from another origin is not an order of the
// user's.
bool sameOrigin(const Request& request) {
  const std::string_view site = request.header("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return true;
  const size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(0, scheme) == "https" &&
         waf::equalsIgnoreCase(origin.substr(scheme + 3), request.header("Host"));
}

std::optional<ApiError> readBody(size_t limit, Request& request) {
  if (request.input == nullptr) return std::nullopt;
  const ApiError too_large =
      tooLarge("the body of this call may have at most " + std::to_string(limit) + " bytes");
  if (request.content_length && *request.content_length > limit) return too_large;
  char buffer[16384];
  while (request.input->good()) {
    request.input->read(buffer, sizeof buffer);
    request.body.append(buffer, static_cast<size_t>(request.input->gcount()));
    if (request.body.size() > limit) return too_large;
  }
  if (request.input->bad() ||
      (request.content_length && request.body.size() != *request.content_length)) {
    return invalid("the body ended before its announced length");
  }
  return std::nullopt;
}

ApiError unauthenticated(std::string message) {
  return {401, "unauthenticated", std::move(message), "", {}};
}

// What changes something, or tries to: calls of administrators but questions, and logins.
bool isAct(const Route& route, const Request& request) {
  return request.method != "GET" && route.access != Access::View &&
         !route.pattern.ends_with("/validate") && !route.pattern.ends_with("/check");
}

// What cannot be recorded was done all the same, and is an alarm.
bool recordAct(Services& services, const Request& request, int status) {
  if (services.store == nullptr) return true;
  std::string action = request.method + " ";
  for (size_t i = 2; i < request.path.size(); ++i) action += "/" + request.path[i];
  return services.acts.record(
      *services.store,
      {0, {}, request.principal.user, request.peer, action, std::to_string(status)},
      request.principal.user.empty());
}

ApiError denied(std::string message) { return {403, "denied", std::move(message), "", {}}; }

}  // namespace

std::string cookieValue(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && waf::trim(pair.substr(0, equals)) == name) {
      return std::string(waf::trim(pair.substr(equals + 1)));
    }
  }
  return {};
}

void Api::stop() {
  services_.live_views.stop();
  if (services_.store != nullptr) services_.acts.flush(*services_.store);
}

std::optional<ApiError> Api::admit(const Route& route, Request& request) {
  Principal& principal = request.principal;
  if (request.control) {
    principal = {"local administrator", true, true, true, false, ""};
    return std::nullopt;
  }
  const bool changes = request.method != "GET";
  if (changes && !sameOrigin(request)) {
    return denied("the request comes from another origin than this page's");
  }
  const auto session =
      services_.sessions.find(cookieValue(request.header("Cookie"), kSessionCookie));
  if (session) {
    principal = {session->user, session->role == "admin",      session->role == "auditor",
                 false,         session->must_change_password, session->csrf_token};
  }
  if (route.access == Access::Open) return std::nullopt;
  if (!session) return unauthenticated("there is no session, or it has ended; log in");
  if (changes &&
      !equalInConstantTime(std::string(request.header("X-CSRF-Token")), session->csrf_token)) {
    return denied("the header X-CSRF-Token is missing or not this session's; reload the page");
  }
  if (route.access == Access::Session) return std::nullopt;
  if (principal.must_change_password) {
    return denied("the password must be changed first: POST /api/v1/session/password");
  }
  if (route.access == Access::Administer && !principal.admin) {
    return denied("this needs the role admin; \"" + principal.user + "\" has it not");
  }
  if (route.access == Access::Unmask && !principal.auditor) {
    return denied("this needs the role auditor; \"" + principal.user + "\" has it not");
  }
  return std::nullopt;
}

Response Api::handle(Request& request) {
  try {
    std::span<const std::string> segments(request.path);
    if (segments.size() < 2 || segments[0] != "api" || segments[1] != "v1") {
      return errorResponse(notFound("there is no such call; the API is below /api/v1"), request.id);
    }
    RouteMatch match = findRoute(request.method, segments.subspan(2));
    if (match.route == nullptr && match.path_known) {
      return errorResponse(
          {405, "invalid", "this path does not know the method " + request.method, "", {}},
          request.id);
    }
    if (match.route == nullptr) return errorResponse(notFound("there is no such call"), request.id);
    request.captures = std::move(match.captures);
    if (const auto error = admit(*match.route, request)) return errorResponse(*error, request.id);
    if (!match.route->streamed) {
      if (const auto error = readBody(std::max(match.route->body_limit, kIgnoredBody), request)) {
        return errorResponse(*error, request.id);
      }
    }
    Response response = match.route->handler(services_, request);
    const bool recorded =
        !isAct(*match.route, request) || recordAct(services_, request, response.status);
    // What has no effect but that somebody knows it can still be held back.
    if (!recorded && match.route->access == Access::Unmask) {
      return errorResponse(unavailable("the act could not be recorded, so masks stay"), request.id);
    }
    return response;
  } catch (const std::exception& fault) {
    // The last fence: a fault of ours costs this answer, not the process.
    return errorResponse(
        {500, "internal", std::string("an unexpected fault: ") + fault.what(), "", {}}, request.id);
  }
}

}  // namespace admin
