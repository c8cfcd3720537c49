#pragma once

#include <span>
#include <string_view>

#include "admin-ui/server/api/services.h"
#include "admin-ui/server/http/request.h"
#include "admin-ui/server/http/response.h"

namespace admin {

// Who may call: Open asks for nothing; Session for a login even while the password must be changed;
// View for any login; Administer for the role admin; Unmask for the role auditor, which an
// administrator does not have by itself. The control socket may do everything.
enum class Access { Open, Session, View, Administer, Unmask };

using Handler = Response (*)(Services&, Request&);

struct Route {
  std::string_view method;
  std::string_view pattern;  // below /api/v1; {x} stands for one segment
  Access access = Access::Administer;
  Handler handler = nullptr;
  size_t body_limit = 0;
  bool streamed = false;  // the handler reads Request::input itself
};

// Every call of the API, in one table (packaging/docs/api.md in code).
std::span<const Route> routes();

struct RouteMatch {
  const Route* route = nullptr;  // null: see `path_known`
  bool path_known = false;       // another method has this path: 405
  std::vector<std::string> captures;
};
RouteMatch findRoute(std::string_view method, std::span<const std::string> segments);

}  // namespace admin
