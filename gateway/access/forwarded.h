#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// The node of each element of Forwarded's lines (RFC 7239, 4), in the order received: what `for`
// says, without quotes, or "" where it says nothing. Lines that break the grammar give one "" in
// the place of all that they hold, as nothing in them can be relied on.
std::vector<std::string> forwardedNodes(const std::vector<std::string_view>& lines);

}  // namespace gateway
