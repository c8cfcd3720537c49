#include "waf/operators/gate_patterns.h"

#include "waf/regex/scan_gate.h"
#include "waf/regex/scan_syntax.h"

namespace waf {

std::vector<Operator::ScanPattern> gatePatterns(std::string_view pattern) {
  const auto gate = deriveScanGate(pattern);
  if (!gate) return {};
  const ScanSyntax syntax = analyseForScan(gate->relaxed);
  if (!syntax.scannable) return {};
  std::vector<Operator::ScanPattern> patterns;
  patterns.push_back({.pattern = gate->relaxed, .gate = true, .joinable = syntax.joinable});
  if (!gate->marker.empty()) patterns.push_back({.pattern = gate->marker, .gate = true});
  return patterns;
}

}  // namespace waf
