#pragma once

#include <string_view>
#include <vector>

#include "waf/base/ip_network.h"

namespace gateway {

// The client's address behind the site's trusted proxies: the peer's own unless the peer is
// trusted, then the rightmost address of X-Forwarded-For that is not trusted itself. What stands
// further left was written by somebody we do not trust, and an entry that is no address ends the
// search, so that no client can choose its own address. `forwarded_for` are the values of the
// field's lines in the order received.
waf::IpAddress clientAddress(const waf::IpAddress& peer, const waf::IpSet& trusted,
                             const std::vector<std::string_view>& forwarded_for);

}  // namespace gateway
