#include "gateway/access/access_list.h"

namespace gateway {

waf::Result<waf::IpSet> parseNetworks(const std::vector<std::string>& cidrs) {
  std::vector<waf::IpNetwork> networks;
  networks.reserve(cidrs.size());
  for (const std::string& cidr : cidrs) {
    auto network = waf::IpNetwork::parse(cidr);
    if (!network) return waf::fail(std::move(network).error());
    networks.push_back(*network);
  }
  return waf::IpSet(networks);
}

waf::Result<AccessList> AccessList::create(const db::AccessConfig& config) {
  AccessList list;
  auto allow = parseNetworks(config.allow);
  if (!allow) return waf::fail(std::move(allow).error());
  auto deny = parseNetworks(config.deny);
  if (!deny) return waf::fail(std::move(deny).error());
  list.allow_ = std::move(*allow);
  list.deny_ = std::move(*deny);
  return list;
}

AccessList::Verdict AccessList::check(const waf::IpAddress& client) const {
  if (!allow_.empty() && allow_.contains(client)) return Verdict::Allowed;
  if (!deny_.empty() && deny_.contains(client)) return Verdict::Denied;
  return allow_.empty() ? Verdict::Allowed : Verdict::NotAllowed;
}

}  // namespace gateway
