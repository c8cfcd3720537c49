#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "waf/base/ticks.h"
#include "waf/engine/rule_costs.h"

namespace waf {

// Times the rules and scans of one sampled transaction. Owned by its evaluator, which has none
// otherwise; used by the transaction's thread. The guards below do nothing without a probe.
class CostProbe {
 public:
  explicit CostProbe(RuleCosts* costs);

  class Phase {
   public:
    explicit Phase(CostProbe* probe) : probe_(probe) {
      if (probe_ != nullptr) probe_->startPhase();
    }
    ~Phase() {
      if (probe_ != nullptr) probe_->endPhase();
    }
    Phase(const Phase&) = delete;
    Phase& operator=(const Phase&) = delete;

   private:
    CostProbe* const probe_;
  };

  // The evaluation of a rule.
  class Evaluation {
   public:
    Evaluation(CostProbe* probe, uint32_t rule) : probe_(probe), rule_(rule) {
      if (probe_ == nullptr) return;
      probe_->scanned_ = 0;
      start_ = ticks();
    }
    ~Evaluation() {
      if (probe_ != nullptr) probe_->add(rule_, ticksSince(start_, probe_->scanned_), matched_);
    }
    Evaluation(const Evaluation&) = delete;
    Evaluation& operator=(const Evaluation&) = delete;
    void matched() { matched_ = true; }

   private:
    CostProbe* const probe_;
    const uint32_t rule_;
    bool matched_ = false;
    uint64_t start_ = 0;
  };

  // The scan of a group, by itself or within an evaluation.
  class Scan {
   public:
    Scan(CostProbe* probe, size_t group) : probe_(probe), group_(group) {
      if (probe_ != nullptr) start_ = ticks();
    }
    ~Scan() {
      if (probe_ != nullptr) probe_->addScan(group_, ticksSince(start_));
    }
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;

   private:
    CostProbe* const probe_;
    const size_t group_;
    uint64_t start_ = 0;
  };

  // A rule's operator, asked about the contents ahead of the rule's turn; an evaluation only when
  // it rules out all of them, for the rule's turn then does not come.
  class Asked {
   public:
    Asked(CostProbe* probe, uint32_t rule) : probe_(probe), rule_(rule) {
      if (probe_ != nullptr) start_ = ticks();
    }
    ~Asked() {
      if (probe_ != nullptr) probe_->addAsked(rule_, ticksSince(start_), ruled_out_);
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    void ruledOut() { ruled_out_ = true; }

   private:
    CostProbe* const probe_;
    const uint32_t rule_;
    bool ruled_out_ = false;
    uint64_t start_ = 0;
  };

 private:
  struct Entry {
    uint32_t counter;
    bool hit;
    bool is_evaluation;
    uint64_t ticks;
  };
  void startPhase();
  void endPhase();
  void add(uint32_t counter, uint64_t took, bool hit);
  void addScan(size_t group, uint64_t took);
  void addAsked(uint32_t rule, uint64_t took, bool ruled_out);

  RuleCosts* const costs_;
  const uint32_t first_group_;
  uint64_t empty_ = 0;    // what a measure of nothing takes
  uint64_t scanned_ = 0;  // in the evaluation under way
  uint64_t phase_ticks_ = 0;
  std::chrono::nanoseconds phase_time_{};
  bool counted_ = false;
  std::vector<Entry> entries_;  // of the phase
};

}  // namespace waf
