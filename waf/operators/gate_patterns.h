#pragma once

#include <string_view>
#include <vector>

#include "waf/operators/operator.h"

namespace waf {

// Patterns that stand in for a regular expression which Hyperscan cannot take, or only slowly (see
// ScanGate); empty when none can be derived.
std::vector<Operator::ScanPattern> gatePatterns(std::string_view pattern);

}  // namespace waf
