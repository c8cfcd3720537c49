#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "waf/engine/form_trie.h"
#include "waf/engine/phase_plan.h"
#include "waf/engine/rule.h"
#include "waf/engine/steady_path.h"
#include "waf/engine/tx_names.h"
#include "waf/scan/scan_group.h"
#include "waf/seclang/settings.h"

namespace waf {

inline constexpr int kPhases = 5;

// A group of so many rules is large. A content has a bit for each rule of the others, whatever it
// is; thousands of them would have to be kept, copied and gone through for each content of a
// request, while hardly any content matches one of them. The CRS's largest has 54.
inline constexpr size_t kLargeGroup = 128;

// Rules that look at the same values in the same way: one scan says which of them can match at all.
struct RuleGroup {
  const Rule* sample = nullptr;  // one of them, for the targets
  std::vector<uint16_t> forms;
  // Of the program's slots, which are numbered through. A large group has one there, set as long as
  // any of its rules may match; which of them may is told by an area of its own.
  size_t first_slot = 0;
  int32_t area = -1;  // its number; -1: the group is not large
  // Few of a large group's rules are reported by every scan: they have slots of their own, so that
  // most contents need no area.
  bool always_apart = false;
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
  std::vector<uint32_t> large_groups;  // by the number of their area
  std::array<PhasePlan, kPhases + 1> plans;
  std::array<SteadyPath, kPhases + 1> steady_paths;
  std::set<std::string, std::less<>> steady_texts;  // what the paths' views look at
  size_t slots = 0;                // of all groups, and of rules that have one of their own
  uint64_t serial = 0;             // never used twice in a process
  bool keeps_verdicts = false;     // what was found of a content is kept; the reference does not
  bool uses_file_content = false;  // some rule looks at FILES_TMP_CONTENT

  // What a verdict consists of: a bit for each group, then a bit for each slot.
  size_t groupWords() const { return (groups.size() + 63) / 64; }
  size_t verdictWords() const { return groupWords() + (slots + 63) / 64; }
  const RuleGroup& largeGroup(size_t area) const { return groups[large_groups[area]]; }
  size_t areaWords(size_t area) const { return (largeGroup(area).scan->slots() + 63) / 64; }
  size_t bitWords() const { return (starters + 63) / 64; }
  // Sets the bits of the rules whose id is in the range.
  void markIds(int64_t first, int64_t last, RuleBits* bits) const;
};

}  // namespace waf
