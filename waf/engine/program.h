#pragma once

#include <array>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "waf/engine/form_trie.h"
#include "waf/engine/rule.h"
#include "waf/engine/tx_names.h"
#include "waf/scan/scan_group.h"
#include "waf/seclang/settings.h"

namespace waf {

inline constexpr int kPhases = 5;

// Rules that look at the same values in the same way: one scan says which of them can match at all.
struct RuleGroup {
  const Rule* sample = nullptr;  // one of them, for the targets
  std::vector<uint16_t> forms;
  size_t first_slot = 0;  // of the program's slots, which are numbered through
  bool stable =
      true;  // false: values may change while the phase runs, so each evaluation scans anew
  std::shared_ptr<const ScanGroup> scan;
};

// What a transaction runs: the rules of each phase in order, resolved. Built at load, then
// immutable.
struct Program {
  Settings settings;
  std::deque<Rule> rules;                                    // starters and links, load order
  std::array<std::vector<const Rule*>, kPhases + 1> phases;  // starters, by phase 1 … 5
  std::vector<std::pair<int64_t, uint32_t>> by_id;           // (id, index), sorted
  uint32_t starters = 0;                                     // how many bits a RuleBits has
  FormTrie forms;
  TxNames tx_names;
  std::vector<RuleGroup> groups;
  size_t slots = 0;                // of all groups
  uint64_t serial = 0;             // never used twice in a process
  bool keeps_verdicts = false;     // what was found of a content is kept; the reference does not
  bool uses_file_content = false;  // some rule looks at FILES_TMP_CONTENT

  size_t bitWords() const { return (starters + 63) / 64; }
  // Sets the bits of the rules whose id is in the range.
  void markIds(int64_t first, int64_t last, RuleBits* bits) const;
};

}  // namespace waf
