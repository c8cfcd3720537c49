#include "waf/engine/rule_costs.h"

#include <algorithm>

#include "waf/base/ticks.h"
#include "waf/engine/program.h"

namespace waf {
namespace {

uint64_t read(const std::atomic<uint64_t>& value) { return value.load(std::memory_order_relaxed); }

// Who bears the scans of each group, by the index of the starters; all of its rules where none of
// them has patterns in it, for then the time went into their values.
std::vector<std::vector<uint32_t>> bearers(const Program& program) {
  std::vector<std::vector<uint32_t>> scanned(program.groups.size());
  std::vector<std::vector<uint32_t>> all(program.groups.size());
  for (const Rule& rule : program.rules) {
    if (rule.group < 0) continue;
    const auto group = static_cast<size_t>(rule.group);
    all[group].push_back(rule.index);
    const bool always = program.groups[group].scan->alwaysReported().test(rule.group_slot);
    if (!always) scanned[group].push_back(rule.index);
  }
  for (size_t i = 0; i < scanned.size(); ++i) {
    if (scanned[i].empty()) scanned[i] = std::move(all[i]);
  }
  return scanned;
}

}  // namespace

RuleCosts::RuleCosts(std::shared_ptr<const RuleSet> rule_set, WallTime since)
    : rule_set_(std::move(rule_set)), since_(since) {
  static_cast<void>(nanosecondsPerTick());  // who asks first waits, which is not for a loop to do
}

RuleCosts::~RuleCosts() { delete[] counters_.load(); }

RuleCosts::Counter* RuleCosts::counters() {
  Counter* present = counters_.load(std::memory_order_acquire);
  if (present != nullptr) return present;
  const Program& program = rule_set_->program();
  auto made = std::make_unique<Counter[]>(program.starters + program.groups.size());
  if (counters_.compare_exchange_strong(present, made.get(), std::memory_order_acq_rel)) {
    return made.release();
  }
  return present;  // another loop was faster
}

RuleCostReport RuleCosts::report() const {
  RuleCostReport out;
  out.since = since_;
  out.samples = read(samples_);
  out.total_ns = static_cast<double>(read(nanoseconds_));
  const Counter* const counters = counters_.load(std::memory_order_acquire);
  if (counters == nullptr) return out;
  const Program& program = rule_set_->program();
  std::vector<double> shares(program.starters, 0);
  const auto groups = bearers(program);
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto took = static_cast<double>(read(counters[program.starters + i].nanoseconds));
    for (const uint32_t rule : groups[i])
      shares[rule] += took / static_cast<double>(groups[i].size());
  }
  for (uint32_t i = 0; i < program.starters; ++i) {
    const RuleSummary& rule = rule_set_->rules()[i];
    RuleCost cost;
    cost.evaluations = read(counters[i].evaluations);
    cost.hits = read(counters[i].hits);
    cost.own_ns = static_cast<double>(read(counters[i].nanoseconds));
    cost.scan_ns = shares[i];
    if (cost.evaluations == 0 && cost.scan_ns == 0) continue;
    cost.id = rule.id;
    cost.phase = rule.phase;
    cost.message = rule.message;
    cost.file = rule.file;
    cost.line = rule.line;
    out.rules.push_back(std::move(cost));
  }
  std::sort(out.rules.begin(), out.rules.end(), [](const RuleCost& a, const RuleCost& b) {
    const double of_a = a.own_ns + a.scan_ns;
    const double of_b = b.own_ns + b.scan_ns;
    return of_a != of_b ? of_a > of_b : a.id < b.id;
  });
  return out;
}

}  // namespace waf
