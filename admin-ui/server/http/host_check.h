#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace admin {

// Whether the admin server may be called by this Host header. A page of an attacker whose name was
// made to resolve to our address (DNS rebinding) still says its own name there; localhost, plain
// addresses, the machine's name and the configured names are ours.
bool hostAllowed(std::string_view host, const std::vector<std::string>& names);

}  // namespace admin
