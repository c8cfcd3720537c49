#pragma once

#include "admin-ui/server/api/router.h"

namespace admin {

// The API without a transport: the HTTPS listener, the control socket and the command line (when no
// daemon runs) all hand their requests here. Any thread.
class Api {
 public:
  Api(db::Store* store, db::EventLog* log, GatewayPort& gateway, const waf::Clock& clock,
      const std::string& data_dir)
      : services_(store, log, gateway, clock, data_dir) {}

  // `request.path` begins with "api", "v1". Never throws.
  Response handle(Request& request);

  // Lets the calls that wait end now; before the transports are stopped.
  void stop();

  Services& services() { return services_; }

 private:
  std::optional<ApiError> admit(const Route& route, Request& request);
  Services services_;
};

// The value of a cookie in the Cookie header; "" when there is none.
std::string cookieValue(std::string_view header, std::string_view name);

inline constexpr std::string_view kSessionCookie = "portcullis_session";

}  // namespace admin
