#pragma once

#include <string>

namespace gateway::cli {

// The folder of our own rules: PORTCULLIS_RULES, else the package's, else the source tree's beside
// a build; "" when there is none.
std::string findBuiltinRules();

}  // namespace gateway::cli
