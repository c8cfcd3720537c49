#pragma once

#include <string_view>
#include <vector>

#include "waf/operators/operator.h"

namespace waf {

// The gates of a regular expression which Hyperscan cannot take, or only slowly (see ScanGate), the
// most precise first; the patterns of one gate stand in for the expression.
std::vector<std::vector<Operator::ScanPattern>> gatePatterns(std::string_view pattern);

}  // namespace waf
