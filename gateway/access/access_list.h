#pragma once

#include <string>
#include <vector>

#include "db/config/config.h"
#include "waf/base/ip_network.h"
#include "waf/base/result.h"

namespace gateway {

// A site's allow and deny lists of CIDRs. Allow is looked at first: an address on both lists is let
// in, and when there is an allow list, whoever is not on it is refused. Immutable; any thread.
class AccessList {
 public:
  AccessList() = default;
  static waf::Result<AccessList> create(const db::AccessConfig& config);

  enum class Verdict {
    Allowed,
    Denied,
    NotAllowed
  };  // NotAllowed: there is an allow list without the address
  Verdict check(const waf::IpAddress& client) const;

 private:
  waf::IpSet allow_;
  waf::IpSet deny_;
};

// CIDRs to a set; the error names the broken one.
waf::Result<waf::IpSet> parseNetworks(const std::vector<std::string>& cidrs);

}  // namespace gateway
