#pragma once

#include <string>
#include <vector>

namespace waf::test {

// The arguments of every @rx in the *.conf files of a rules folder, as the rules mean them.
std::vector<std::string> rxPatternsIn(const std::string& rules_folder);

}  // namespace waf::test
