#include "gateway/proxy/client_fields.h"

namespace gateway {

std::string publicLocation(const Request& request, std::string_view location) {
  std::string_view rest = location;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (rest.size() < scheme.size() ||
        !waf::equalsIgnoreCase(rest.substr(0, scheme.size()), scheme))
      continue;
    rest.remove_prefix(scheme.size());
    const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    bool upstreams_own = false;
    for (const db::EndpointConfig& endpoint : request.site->upstream->config.endpoints) {
      const std::string_view address = endpoint.address;
      const std::string_view host = address.substr(0, address.rfind(':'));
      const std::string_view port = address.substr(host.size());
      const bool default_port = port == (scheme == "http://" ? ":80" : ":443");
      if (waf::equalsIgnoreCase(authority, address) ||
          (default_port && waf::equalsIgnoreCase(authority, host))) {
        upstreams_own = true;
      }
    }
    // An application behind TLS that believes itself on http would send its users there.
    const bool downgrade = request.secure && scheme == "http://" &&
                           !request.head.authority.empty() &&
                           waf::equalsIgnoreCase(authority, request.head.authority);
    if ((!upstreams_own && !downgrade) || request.head.authority.empty())
      return std::string(location);
    std::string out = request.secure ? "https://" : "http://";
    out += request.head.authority;
    out += rest.substr(end);
    return out;
  }
  return std::string(location);
}

}  // namespace gateway
