#include "gateway/upstream/endpoint.h"

#include "gateway/net/address.h"

namespace gateway {

waf::Result<UpstreamAddress> UpstreamAddress::resolve(const std::string& name) {
  auto addresses = resolveAddress(name);
  if (!addresses) return waf::fail(std::move(addresses).error());
  return UpstreamAddress{name, std::move(addresses).value()};
}

}  // namespace gateway
