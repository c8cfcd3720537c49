#include "waf/engine/cost_probe.h"

#include <algorithm>

#include "waf/engine/program.h"
#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

void addTo(std::atomic<uint64_t>* counter, double amount) {
  counter->fetch_add(static_cast<uint64_t>(amount), std::memory_order_relaxed);
}

}  // namespace

CostProbe::CostProbe(RuleCosts* costs)
    : costs_(costs), first_group_(costs->ruleSet()->program().starters) {
  const uint64_t start = ticks();
  empty_ = ticksSince(start);
}

void CostProbe::startPhase() {
  entries_.clear();
  phase_time_ = threadCpuTime();
  phase_ticks_ = ticks();
}

void CostProbe::endPhase() {
  const double wall = static_cast<double>(ticksSince(phase_ticks_)) * nanosecondsPerTick();
  const auto own = static_cast<double>((threadCpuTime() - phase_time_).count());
  // Another thread had the processor meanwhile: whose evaluation that fell into is chance.
  const double scale = wall > 0 ? std::min(own / wall, 1.0) : 1.0;
  RuleCosts::Counter* const counters = costs_->counters();
  for (const Entry& entry : entries_) {
    RuleCosts::Counter& counter = counters[entry.counter];
    addTo(&counter.nanoseconds, static_cast<double>(entry.ticks) * nanosecondsPerTick() * scale);
    if (entry.is_evaluation) addTo(&counter.evaluations, 1);
    if (entry.hit) addTo(&counter.hits, 1);
  }
  addTo(&costs_->nanoseconds_, wall * scale);
  if (!counted_) addTo(&costs_->samples_, 1);
  counted_ = true;
}

void CostProbe::add(uint32_t counter, uint64_t took, bool hit) {
  entries_.push_back({counter, hit, true, took - std::min(took, empty_)});
}

void CostProbe::addScan(size_t group, uint64_t took) {
  add(first_group_ + static_cast<uint32_t>(group), took, false);
  scanned_ += took;
}

void CostProbe::addAsked(uint32_t rule, uint64_t took, bool ruled_out) {
  add(rule, took, false);
  entries_.back().is_evaluation = ruled_out;
  scanned_ += took;
}

}  // namespace waf
