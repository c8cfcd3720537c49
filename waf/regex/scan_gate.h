#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waf {

// Patterns that stand in for one that Hyperscan cannot take, or only slowly: whenever the original
// matches a value, `relaxed` or `marker` does. Many values that the original does not match are
// reported, too.
struct ScanGate {
  std::string relaxed;  // the original with parts cut out
  std::string marker;   // a cut part that is there; "" when no such part can be
};

// The gates that can be derived, the most precise first; none for a pattern that is not understood.
std::vector<ScanGate> deriveScanGates(std::string_view pattern);

}  // namespace waf
