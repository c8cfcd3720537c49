#include "gateway/upstream/endpoint.h"

#include <algorithm>

#include "gateway/net/address.h"

namespace gateway {

std::vector<Poco::Net::SocketAddress> EndpointAddresses::inTurn() {
  const std::lock_guard lock(mutex_);
  std::vector<Poco::Net::SocketAddress> out = addresses_;
  if (out.size() > 1) {
    std::rotate(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(turn_++ % out.size()),
                out.end());
  }
  return out;
}

bool EndpointAddresses::empty() const {
  const std::lock_guard lock(mutex_);
  return addresses_.empty();
}

bool EndpointAddresses::replace(std::vector<Poco::Net::SocketAddress> addresses) {
  if (addresses.empty()) return false;
  std::sort(addresses.begin(), addresses.end());
  const std::lock_guard lock(mutex_);
  problem_.clear();
  std::vector<Poco::Net::SocketAddress> before = addresses_;
  std::sort(before.begin(), before.end());
  if (before == addresses) return false;
  addresses_ = std::move(addresses);
  return true;
}

void EndpointAddresses::fail(std::string why) {
  const std::lock_guard lock(mutex_);
  problem_ = std::move(why);
}

std::string EndpointAddresses::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::string UpstreamAddress::host() const {
  const auto split = splitHostPort(name);
  return name.starts_with("unix:") || !split ? "localhost" : split->host;
}

void UpstreamAddress::useTls(std::shared_ptr<const UpstreamTls> settings) {
  tls = std::move(settings);
  pool_key_ = name + " tls " + std::to_string(tls->serial());
}

waf::Result<UpstreamAddress> UpstreamAddress::resolve(const std::string& name) {
  auto addresses = resolveAddress(name);
  if (!addresses) return waf::fail(std::move(addresses).error());
  UpstreamAddress out;
  out.name = name;
  out.addresses = std::make_shared<EndpointAddresses>(std::move(addresses).value());
  return out;
}

}  // namespace gateway
