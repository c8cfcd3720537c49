#include "waf/operators/gate_patterns.h"

#include "waf/regex/scan_gate.h"
#include "waf/regex/scan_syntax.h"

namespace waf {

std::vector<std::vector<Operator::ScanPattern>> gatePatterns(std::string_view pattern) {
  std::vector<std::vector<Operator::ScanPattern>> all;
  for (const ScanGate& gate : deriveScanGates(pattern)) {
    const ScanSyntax syntax = analyseForScan(gate.relaxed);
    if (!syntax.scannable) continue;
    auto& patterns = all.emplace_back();
    patterns.push_back({.pattern = gate.relaxed, .gate = true, .joinable = syntax.joinable});
    if (!gate.marker.empty()) patterns.push_back({.pattern = gate.marker, .gate = true});
  }
  return all;
}

}  // namespace waf
