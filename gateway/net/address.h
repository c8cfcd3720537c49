#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/ip_network.h"
#include "waf/base/result.h"

namespace gateway {

struct HostPort {
  std::string host;  // without brackets
  uint16_t port = 0;
};

// "127.0.0.1:8080", "[::1]:443", "app.internal:9000", ":8080" (any address). No name is looked up.
waf::Result<HostPort> splitHostPort(std::string_view text);

// A numeric address and port; an empty host or "*" is every IPv6 and IPv4 address.
waf::Result<Poco::Net::SocketAddress> parseSocketAddress(std::string_view text);

// Looks up a name when the host is none of an IP address. Blocks, so never on a loop; the order is
// the resolver's. "unix:/path" is the socket of that path.
waf::Result<std::vector<Poco::Net::SocketAddress>> resolveAddress(std::string_view text);

waf::IpAddress toIpAddress(const Poco::Net::SocketAddress& address);
Poco::Net::SocketAddress toSocketAddress(const waf::IpAddress& address, uint16_t port);

}  // namespace gateway
