#pragma once

#include <string>
#include <vector>

namespace waf::test {

// The arguments of every @rx in the *.conf files of a rules folder, as the rules mean them.
std::vector<std::string> rxPatternsIn(const std::string& rules_folder);

// The parts of the request targets and bodies in the *.yaml files of a tests folder, decoded once.
std::vector<std::string> requestValuesIn(const std::string& tests_folder);

}  // namespace waf::test
