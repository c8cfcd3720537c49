#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "waf/base/byte_mask.h"
#include "waf/engine/rule_set.h"
#include "waf/scan/scan_group.h"

namespace waf {

struct Program;

// Most contents are plain: letters, digits and a little punctuation. Few of a phase's patterns can
// match in such a content at all, and those few are looked for at once, in all forms that any of
// the phase's groups looks at. What is found in none of them is then known for all these groups,
// without a scan of each. A plain content in which something is found is looked at as any other.
struct PlainScan {
  std::shared_ptr<const ScanGroup> scan;  // null: the phase has none
  bool provisional = false;               // ScanGroup::isProvisional()
  std::vector<uint64_t> groups;           // a bit for each group that it stands for
  std::vector<uint64_t> learnt;           // as Verdicts::learn takes it
  std::vector<uint32_t> targets;          // of the plan, whose contents are scanned
  std::vector<uint16_t> nodes;            // the forms that they look at
  ByteMask needs;                         // a content that has none of these has one form, itself

  // For longer ones the scans of the groups are quicker: each looks for its own patterns alone.
  static constexpr size_t kMostBytes = 64;
  // The bytes of plain contents and of their forms.
  static const ByteMask& bytes();
};

// Makes the phases' plain scans; after planPhases(). False when `progress` cancelled.
bool compilePlainScans(Program* program, const RuleSetOptions& options,
                       const RuleSet::Progress& progress);

}  // namespace waf
