#include "gateway/net/address.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "waf/base/text.h"

namespace gateway {

namespace {

constexpr std::string_view kUnixPrefix = "unix:";

waf::Unexpected invalid(std::string_view text, std::string_view why) {
  return waf::fail(waf::ErrorCode::Invalid, "net",
                   "address \"" + std::string(text) + "\": " + std::string(why));
}

struct AddressListDelete {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

using AddressList = std::unique_ptr<addrinfo, AddressListDelete>;

// getaddrinfo with an errno-like result of its own; blocks unless numeric_only.
int lookUp(const HostPort& where, bool numeric_only, AddressList* out) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (numeric_only ? AI_NUMERICHOST : AI_ADDRCONFIG);
  addrinfo* list = nullptr;
  const int code =
      ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &list);
  out->reset(list);
  return code;
}

}  // namespace

waf::Result<HostPort> splitHostPort(std::string_view text) {
  std::string_view host;
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return invalid(text, "the bracket is not closed");
    host = text.substr(1, end - 1);
    if (end + 1 >= text.size() || text[end + 1] != ':') {
      return invalid(text, "has no port; write it as [address]:port");
    }
    port = text.substr(end + 2);
  } else {
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return invalid(text, "has no port; write it as host:port");
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.find(':') != std::string_view::npos) {
      return invalid(text, "an IPv6 address is written in brackets, as [::1]:8080");
    }
  }
  uint64_t number = 0;
  if (!waf::parseUint64(port, &number) || number > 65535) {
    return invalid(text, "the port must be a number from 0 to 65535");
  }
  const bool clean = std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && std::strchr("/?#@\\\"<>,;", c) == nullptr;
  });
  if (!clean || host.size() > 253)
    return invalid(text, "the host is neither a name nor an address");
  return HostPort{std::string(host), static_cast<uint16_t>(number)};
}

waf::Result<Poco::Net::SocketAddress> parseSocketAddress(std::string_view text) {
  auto where = splitHostPort(text);
  if (!where) return waf::fail(std::move(where).error());
  if (where->host.empty() || where->host == "*") where->host = "::";
  AddressList list;
  if (lookUp(*where, true, &list) != 0 || !list) {
    return invalid(text, "the host must be an IP address, such as 127.0.0.1 or [::]");
  }
  return Poco::Net::SocketAddress(list->ai_addr, list->ai_addrlen);
}

waf::Result<std::vector<Poco::Net::SocketAddress>> resolveAddress(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) {
    const std::string path(text.substr(kUnixPrefix.size()));
    // unix(7): the path and its NUL stand in 108 bytes.
    if (!path.starts_with('/') || path.size() > 107) {
      return invalid(text, "write an absolute path of at most 107 bytes, as unix:/run/app.sock");
    }
    return std::vector{Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path)};
  }
  const auto where = splitHostPort(text);
  if (!where) return waf::fail(where.error());
  if (where->host.empty()) return invalid(text, "has no host");
  if (where->port == 0) return invalid(text, "port 0 cannot be connected to");
  AddressList list;
  int code = lookUp(*where, true, &list);
  if (code != 0) code = lookUp(*where, false, &list);
  if (code != 0) {
    return waf::fail(waf::ErrorCode::Unavailable, "net",
                     "address \"" + std::string(text) +
                         "\": the name does not resolve: " + ::gai_strerror(code));
  }
  std::vector<Poco::Net::SocketAddress> addresses;
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    const Poco::Net::SocketAddress address(at->ai_addr, at->ai_addrlen);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  if (addresses.empty()) return invalid(text, "the name has no address");
  return addresses;
}

waf::IpAddress toIpAddress(const Poco::Net::SocketAddress& address) {
  waf::IpAddress out;
  const auto* raw = reinterpret_cast<const char*>(address.addr());
  if (address.af() == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, raw, sizeof in);
    out.bytes[10] = 0xff;
    out.bytes[11] = 0xff;
    std::memcpy(out.bytes.data() + 12, &in.sin_addr, 4);
  } else {
    sockaddr_in6 in{};
    std::memcpy(&in, raw, sizeof in);
    std::memcpy(out.bytes.data(), &in.sin6_addr, 16);
  }
  return out;
}

Poco::Net::SocketAddress toSocketAddress(const waf::IpAddress& address, uint16_t port) {
  if (address.isIpv4()) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    std::memcpy(&out.sin_addr, address.bytes.data() + 12, 4);
    return {reinterpret_cast<const sockaddr*>(&out), sizeof out};
  }
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_port = htons(port);
  std::memcpy(&out.sin6_addr, address.bytes.data(), 16);
  return {reinterpret_cast<const sockaddr*>(&out), sizeof out};
}

}  // namespace gateway
