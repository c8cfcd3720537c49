#include <string>

#include "db/config/validate.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

// The grammar of hosts and addresses: RFC 1123 names (letters, digits, hyphens and, as seen in
// internal networks, underscores), IP literals, a leading "*." label for sites.
namespace db {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + waf::toPrintableUtf8(text.substr(0, 128)) + "\"";
}

bool isIp(std::string_view text) {
  waf::IpAddress ignored;
  return waf::IpAddress::parse(text, &ignored);
}

bool isIpv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && isIp(text);
}

std::string checkName(std::string_view name) {
  if (name.empty()) return "host name is empty";
  if (name.size() > 253) return "host name is longer than 253 characters";
  bool only_digits_and_dots = true;
  for (size_t start = 0; start <= name.size();) {
    const size_t dot = std::min(name.find('.', start), name.size());
    const std::string_view label = name.substr(start, dot - start);
    if (label.empty()) return quoted(name) + " has an empty label; remove the extra dot";
    if (label.size() > 63) return quoted(name) + " has a label of more than 63 characters";
    if (label.front() == '-' || label.back() == '-') {
      return quoted(name) + " has a label that begins or ends with a hyphen";
    }
    for (const char c : label) {
      const bool digit = c >= '0' && c <= '9';
      const char lower = waf::asciiLower(c);
      if (!digit) only_digits_and_dots = false;
      if (!digit && !(lower >= 'a' && lower <= 'z') && c != '-' && c != '_') {
        return quoted(name) +
               " has a character that no host name may have; internationalised names are written "
               "in their xn-- form";
      }
    }
    start = dot + 1;
  }
  // "10.0.0.256" or "1.2.3" is a mistyped address, not a name.
  if (only_digits_and_dots && !isIp(name)) return quoted(name) + " is not an IP address";
  return "";
}

}  // namespace

std::string checkHost(std::string_view host) {
  if (host == "*") return "";
  if (host.find("://") != std::string_view::npos) {
    return quoted(host) + " is a URL; write the host alone, such as shop.example";
  }
  if (host.find('/') != std::string_view::npos) {
    return quoted(host) + " has a path; write the host alone";
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return isIpv6(host.substr(1, host.size() - 2)) ? "" : quoted(host) + " is not an IPv6 address";
  }
  if (isIpv6(host)) return quoted(host) + " needs brackets; write [" + std::string(host) + "]";
  if (host.find(':') != std::string_view::npos) {
    return quoted(host) + " has a port; the port belongs to the listener, write the host alone";
  }
  if (host.substr(0, 2) == "*.") {
    const std::string_view rest = host.substr(2);
    if (isIp(rest)) return quoted(host) + " is a wildcard of an IP address";
    return checkName(rest);
  }
  if (host.find('*') != std::string_view::npos) {
    return quoted(host) + " has * inside; a wildcard is \"*\" or \"*.shop.example\"";
  }
  return checkName(host);
}

std::string checkEndpoint(std::string_view address) {
  constexpr std::string_view kUnix = "unix:";
  constexpr size_t kLongestPath = 107;  // unix(7)
  if (!address.starts_with(kUnix)) return checkAddress(address, false);
  const std::string_view path = address.substr(kUnix.size());
  if (path.starts_with('/') && path.size() > 1 && path.size() <= kLongestPath) return "";
  return "address " + quoted(address) +
         " must name a socket by an absolute path of at most 107 bytes, such as unix:/run/app.sock";
}

std::string checkAddress(std::string_view address, bool port_zero) {
  if (address.empty()) return "address is empty; write host:port, such as 127.0.0.1:9000";
  const size_t scheme = address.find("://");
  if (scheme != std::string_view::npos) {
    std::string_view rest = address.substr(scheme + 3);
    rest = rest.substr(0, rest.find('/'));
    return "address " + quoted(address) + " is a URL; write host:port, such as " +
           std::string(checkAddress(rest, port_zero).empty() ? rest : "127.0.0.1:9000");
  }
  if (isIpv6(address)) {
    return "address " + quoted(address) + " has no port; write [" + std::string(address) +
           "]:443 with your port";
  }
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || address.back() == ']') {
    return "address " + quoted(address) + " has no port; write " +
           waf::toPrintableUtf8(address.substr(0, 128)) + ":80 with your port";
  }
  std::string_view host = address.substr(0, colon);
  const std::string_view port = address.substr(colon + 1);
  uint64_t number = 0;
  if (!waf::parseUint64(port, &number) || number > 65535 || (number == 0 && !port_zero)) {
    return "address " + quoted(address) + ": " + quoted(port) +
           " is not a port; a port is a number from 1 to 65535";
  }
  if (host.empty()) {
    return "address " + quoted(address) + " has no host; write 127.0.0.1:" + std::string(port);
  }
  if (host.front() == '[') {
    const bool ok =
        host.size() > 2 && host.back() == ']' && isIpv6(host.substr(1, host.size() - 2));
    return ok ? "" : "address " + quoted(address) + ": what is in brackets is not an IPv6 address";
  }
  if (host.find(':') != std::string_view::npos) {
    return "address " + quoted(address) +
           " needs brackets around the IPv6 address, as in [::1]:443";
  }
  const std::string why = checkName(host);
  return why.empty() ? "" : "address " + quoted(address) + ": " + why;
}

}  // namespace db
