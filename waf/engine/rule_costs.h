#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "waf/base/clock.h"
#include "waf/engine/rule_set.h"

namespace waf {

// What one rule cost, in all sampled transactions together.
struct RuleCost {
  int64_t id = 0;
  int phase = 0;
  std::string message;
  std::string file;
  int line = 0;
  uint64_t evaluations = 0;  // that its operator, or its chain's first, was asked
  uint64_t hits = 0;         // that the rule matched, of a chain all links
  double own_ns = 0;         // its evaluation: values, operators, actions
  double scan_ns = 0;        // its share of the scans that spare evaluations
};

struct RuleCostReport {
  WallTime since{};
  uint64_t samples = 0;         // transactions
  double total_ns = 0;          // of all phases; what is no rule's is the walk over the rules
  std::vector<RuleCost> rules;  // that cost anything, the dearest first
};

// The costs of the rules of one rule set on one site, added up from transactions that were sampled
// (Transaction::measure). Shared by the loops: counters are added to without a lock, and only by
// the sampled ones. A new rule set starts anew, whatever its ids are: it costs something else.
//
// How the time is divided:
// - An evaluation is the rule's own, a chain's its starter's; scans that it sets off are not in it.
// - A scan says for a whole group of rules (those that look at the same values in the same way)
//   which of them can match. Its time is shared alike by the rules whose patterns were scanned;
//   what a pattern alone would cost nobody knows. Also a rule that a site has switched off bears
//   its share: its patterns are scanned all the same.
// - A comparison of a count or a TX variable with a number is decided without an evaluation; the
//   rule is counted where it holds.
// - A transformed value is kept for the rules after the first one, which is the one that pays.
// - Of a phase in which the thread had to wait for a processor only the processor's time counts.
class RuleCosts {
 public:
  RuleCosts(std::shared_ptr<const RuleSet> rule_set, WallTime since);
  ~RuleCosts();
  RuleCosts(const RuleCosts&) = delete;
  RuleCosts& operator=(const RuleCosts&) = delete;

  const std::shared_ptr<const RuleSet>& ruleSet() const { return rule_set_; }
  // Any thread, while loops count on: what it tells is of about now.
  RuleCostReport report() const;

 private:
  friend class CostProbe;
  struct Counter {
    std::atomic<uint64_t> nanoseconds{0};
    std::atomic<uint64_t> evaluations{0};
    std::atomic<uint64_t> hits{0};
  };
  // A counter for each starter, then one for each group. Made by the first sample: most sites of
  // many are hardly ever asked.
  Counter* counters();

  const std::shared_ptr<const RuleSet> rule_set_;
  const WallTime since_;
  std::atomic<uint64_t> samples_{0};
  std::atomic<uint64_t> nanoseconds_{0};
  std::atomic<Counter*> counters_{nullptr};
};

}  // namespace waf
