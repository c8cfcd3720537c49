#pragma once

#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/tls/upstream_tls.h"
#include "waf/base/result.h"

namespace gateway {

// The addresses that an endpoint's name has now. Connections begin with another one each time, so
// that all are used. Replaced when the name is looked up again; any thread.
class EndpointAddresses {
 public:
  explicit EndpointAddresses(std::vector<Poco::Net::SocketAddress> addresses = {})
      : addresses_(std::move(addresses)) {}

  // All of them, in the order in which to try them.
  std::vector<Poco::Net::SocketAddress> inTurn();
  bool empty() const;
  // False when they are the same, in whatever order. None at all is not taken.
  bool replace(std::vector<Poco::Net::SocketAddress> addresses);
  // The name did not resolve; what is there stays in use. Forgotten when it does.
  void fail(std::string why);
  std::string problem() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Poco::Net::SocketAddress> addresses_;
  size_t turn_ = 0;
  std::string problem_;
};

// One member of an upstream: its name, where that leads, how it is spoken to. Shared by all loops;
// immutable but for the addresses.
struct UpstreamAddress {
  std::string name;  // as configured: host:port, unix:/path
  std::shared_ptr<EndpointAddresses> addresses = std::make_shared<EndpointAddresses>();
  std::shared_ptr<const UpstreamTls> tls;  // null in clear

  // Connections are kept under it: what speaks otherwise is not the same endpoint.
  const std::string& poolKey() const { return pool_key_.empty() ? name : pool_key_; }
  // The name without the port and brackets; "localhost" of a unix socket.
  std::string host() const;
  // What stands in Host when nothing better is known.
  std::string authority() const { return name.starts_with("unix:") ? "localhost" : name; }
  void useTls(std::shared_ptr<const UpstreamTls> settings);

  // Blocks while a name is looked up: never on a loop.
  static waf::Result<UpstreamAddress> resolve(const std::string& name);

 private:
  std::string pool_key_;
};

struct UpstreamTimeouts {
  std::chrono::milliseconds connect{5000};
  std::chrono::milliseconds first_byte{
      60000};  // from the request's last byte to the response's first
  std::chrono::milliseconds between_bytes{
      60000};  // of a response body, and of a request body that the upstream takes
};

}  // namespace gateway
