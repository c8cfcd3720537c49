#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waf {

// Two patterns that stand in for one that Hyperscan cannot take, or only slowly: whenever the
// original matches a value, one of the two does. Many values that the original does not match are
// reported, too.
struct ScanGate {
  std::string relaxed;  // the original with parts cut out
  std::string marker;   // a cut part that is there; "" when no such part can be
};

// Empty when nothing can be cut, or the pattern is not understood.
std::optional<ScanGate> deriveScanGate(std::string_view pattern);

}  // namespace waf
