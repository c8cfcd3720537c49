#include "admin-ui/server/http/host_check.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace admin {
namespace {

// Without the port (RFC 3986, 3.2: host [":" port]); nothing when it is malformed.
std::string_view hostName(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view rest = host.substr(end + 1);
    return rest.empty() || rest.front() == ':' ? host.substr(1, end - 1) : std::string_view{};
  }
  return host.substr(0, host.find(':'));
}

const std::string& machineName() {
  static const std::string name = [] {
    std::array<char, 256> buffer{};
    return ::gethostname(buffer.data(), buffer.size() - 1) == 0 ? std::string(buffer.data())
                                                                : std::string();
  }();
  return name;
}

}  // namespace

bool hostAllowed(std::string_view host, const std::vector<std::string>& names) {
  const std::string_view name = hostName(host);
  if (name.empty()) return false;
  waf::IpAddress address;
  if (waf::IpAddress::parse(name, &address)) return true;
  if (waf::equalsIgnoreCase(name, "localhost") || waf::equalsIgnoreCase(name, machineName()))
    return true;
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& known) { return waf::equalsIgnoreCase(name, known); });
}

}  // namespace admin
