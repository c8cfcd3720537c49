#pragma once

#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <string>
#include <vector>

#include "waf/base/result.h"

namespace gateway {

// One member of an upstream with its addresses, looked up when the snapshot was built. Immutable,
// shared by all loops.
struct UpstreamAddress {
  std::string name;  // host:port as configured; the key of the connection pools
  std::vector<Poco::Net::SocketAddress> addresses;  // tried in order

  // Blocks while a name is looked up: never on a loop.
  static waf::Result<UpstreamAddress> resolve(const std::string& name);
};

struct UpstreamTimeouts {
  std::chrono::milliseconds connect{5000};
  std::chrono::milliseconds first_byte{
      60000};  // from the request's last byte to the response's first
  std::chrono::milliseconds between_bytes{
      60000};  // of a response body, and of a request body that the upstream takes
};

}  // namespace gateway
