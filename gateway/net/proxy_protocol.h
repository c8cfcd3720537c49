#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "waf/base/ip_network.h"

// The PROXY protocol, versions 1 and 2 (HAProxy's specification): what a proxy in front writes
// before the first byte of a connection, to say whose connection it is.
namespace gateway {

struct ProxyEndpoint {
  waf::IpAddress address;
  uint16_t port = 0;

  bool operator==(const ProxyEndpoint&) const = default;
};

struct ProxyHead {
  size_t bytes = 0;  // how long the head is; what follows belongs to the connection
  // False where the head names nobody (LOCAL, UNKNOWN, a unix socket): the proxy speaks for itself.
  bool named = false;
  ProxyEndpoint source;
  ProxyEndpoint destination;
};

inline constexpr size_t kMaxProxyHead = 4096;

enum class ProxyHeadStatus : uint8_t { NeedMore, Complete, Refused };

// Reads a head from the front of what has come. Never needs more than kMaxProxyHead bytes. `why`
// says what is wrong after Refused.
ProxyHeadStatus parseProxyHead(std::string_view bytes, ProxyHead* head, std::string_view* why);

enum class ProxyVersion : uint8_t { None, V1, V2 };

// The head that says so to an upstream. IPv4 on one side and IPv6 on the other is written as IPv6.
std::string writeProxyHead(ProxyVersion version, const ProxyEndpoint& source,
                           const ProxyEndpoint& destination);

// The head of a connection that is the gateway's own, such as a health check.
std::string writeLocalProxyHead(ProxyVersion version);

}  // namespace gateway
