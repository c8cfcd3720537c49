// Found by the evaluator's own comparisons and assignments, phase after phase over one set of TX
// variables. A rule that must be looked at and is of another kind, or that would do more than
// assign, is no step; the path goes on behind it as if it did not match.
#include "waf/engine/steady_path.h"

#include <algorithm>
#include <map>

#include "waf/base/clock.h"
#include "waf/engine/evaluator.h"
#include "waf/engine/program.h"

namespace waf {
namespace {

bool goesOn(const Rule& rule) {
  return !rule.in_chain && !rule.log && rule.severity_level >= 8 &&
         (rule.disruptive.kind == DisruptiveKind::None ||
          rule.disruptive.kind == DisruptiveKind::Pass);
}

bool isSteady(const RuleAction& action) {
  const auto* assignment = std::get_if<Assignment>(&action);
  return assignment != nullptr && assignment->tx_slot >= 0 &&
         (assignment->kind == Assignment::Kind::Set || assignment->kind == Assignment::Kind::Add ||
          assignment->kind == Assignment::Kind::Subtract) &&
         assignment->value.hasOnlyTxSlots();
}

bool assignsSteadily(const Rule& rule) {
  return std::all_of(rule.actions.begin(), rule.actions.end(), isSteady);
}

}  // namespace

class SteadyPathFinder {
  // A set's own values are short. One whose texts grow beyond this has no path: rules may double a
  // value as often as they like, and here nobody has asked for a request yet.
  static constexpr size_t kLongestText = 4096;
  static constexpr size_t kMostText = 1 << 20;

 public:
  explicit SteadyPathFinder(Program* program)
      : program_(*program),
        data_(*program, Clock::system()),
        evaluator_(*program, &data_, Policy(), nullptr) {}

  bool walk(size_t phase) {
    const std::vector<const Rule*>& rules = program_.phases[phase];
    const PhasePlan& plan = program_.plans[phase];
    path_ = &program_.steady_paths[phase];
    path_->stops.assign((rules.size() + 63) / 64, 0);
    path_->rules.assign(program_.bitWords(), 0);
    known_.clear();
    passed_.clear();
    for (size_t i = 0; i < rules.size();) {
      const Rule& rule = *rules[i];
      size_t next = i + 1;
      if (testBit(plan.always, i) && visit(i, rule, plan.comparisons[i])) {
        if (matches_ && rule.skip_target != 0) next = rule.skip_target;
        path_->steps.back().end = static_cast<uint32_t>(next);
      } else {
        setBit(&path_->stops, i);
        passed_.push_back(&rule);
      }
      if (gave_up_) {
        *path_ = SteadyPath();
        return false;
      }
      i = next;
    }
    countSteps(rules.size());
    return true;
  }

 private:
  // False when the rule is no step.
  bool visit(size_t position, const Rule& rule, const Comparison& comparison) {
    const bool compares =
        comparison.left == Comparison::Left::Tx || comparison.left == Comparison::Left::HasTx;
    if (!compares && !rule.unconditional) return false;
    matches_ = !compares || evaluator_.holds(comparison, rule);
    const bool assigns = (compares ? comparison.is_plain : goesOn(rule)) && assignsSteadily(rule);
    if (matches_ && !assigns) return false;
    addStep(position, rule, compares);
    if (compares) read(comparison);
    if (!matches_) return true;
    for (const RuleAction& action : rule.actions) {
      if (!gave_up_) assign(rule, std::get<Assignment>(action));
    }
    return true;
  }

  void addStep(size_t position, const Rule& rule, bool compares) {
    SteadyPath::Step& step = path_->steps.emplace_back();
    step.position = static_cast<uint32_t>(position);
    step.compares = compares;
    step.passes = !passed_.empty();
    step.reads_end = static_cast<uint32_t>(path_->reads.size());
    step.writes_end = static_cast<uint32_t>(path_->writes.size());
    setBit(&path_->rules, rule.index);
    // If all of them were removed, an action would find what matched before.
    for (const Rule* passed : passed_) {
      if (!compares) setBit(&path_->rules, passed->index);
    }
    passed_.clear();
  }

  void read(const Comparison& comparison) {
    read(comparison.slot);
    if (comparison.right_slot >= 0) read(comparison.right_slot);
    if (!matches_) return;
    path_->steps.back().matched = static_cast<int32_t>(path_->matched.size());
    const Target& target = *comparison.target;
    if (target.count) {
      const std::string_view count = data_.hasTx(comparison.slot) ? "1" : "0";
      path_->matched.push_back({&target, target.selector.written, count});
    } else {
      const Value& value = *data_.txValue(comparison.slot);
      path_->matched.push_back({&target, value.name, keep(value.text)});
    }
  }

  void read(int slot) {
    const auto step = static_cast<int32_t>(path_->steps.size() - 1);
    const auto [known, is_first] = known_.emplace(slot, -1);
    if (!is_first && known->second == step) return;
    path_->reads.push_back({static_cast<uint32_t>(step), known->second, slot, data_.hasTx(slot),
                            keep(data_.tx(slot))});
    path_->steps.back().reads_end = static_cast<uint32_t>(path_->reads.size());
    known->second = step;
  }

  void assign(const Rule& rule, const Assignment& assignment) {
    assignment.value.forEachTxSlot([this](int slot) { read(slot); });
    if (assignment.kind != Assignment::Kind::Set) read(assignment.tx_slot);
    gave_up_ = gave_up_ || assignment.value.get(data_, &rule, &scratch_).size() > kLongestText;
    if (gave_up_) return;
    evaluator_.assign(rule, assignment);
    Value value = *data_.txValue(assignment.tx_slot);
    value.text = keep(value.text);
    path_->writes.push_back({assignment.tx_slot, value});
    path_->steps.back().writes_end = static_cast<uint32_t>(path_->writes.size());
    known_[assignment.tx_slot] = static_cast<int32_t>(path_->steps.size() - 1);
  }

  std::string_view keep(std::string_view text) {
    kept_ += text.size();
    gave_up_ = gave_up_ || kept_ > kMostText;
    return *program_.steady_texts.emplace(text).first;
  }

  void countSteps(size_t positions) {
    path_->steps_before.assign(positions + 1, 0);
    SteadyPath::Step before;
    for (size_t i = 0; i < path_->steps.size(); ++i) {
      SteadyPath::Step& step = path_->steps[i];
      ++path_->steps_before[step.position + 1];
      step.last_matched = step.matched >= 0 ? static_cast<int32_t>(i) : before.last_matched;
      step.compared = before.compared + (step.compares ? 1 : 0);
      step.passed = before.passed + (step.passes ? 1 : 0);
      before = step;
    }
    for (size_t i = 1; i <= positions; ++i) path_->steps_before[i] += path_->steps_before[i - 1];
  }

  Program& program_;
  TransactionData data_;
  Evaluator evaluator_;
  SteadyPath* path_ = nullptr;
  std::map<int, int32_t> known_;     // slot → step that last read or assigned it
  std::vector<const Rule*> passed_;  // since the last step
  std::string scratch_;
  size_t kept_ = 0;
  bool matches_ = false;
  bool gave_up_ = false;
};

void findSteadyPaths(Program* program) {
  if (!program->keeps_verdicts) return;
  SteadyPathFinder finder(program);
  for (size_t phase = 1; phase <= kPhases && finder.walk(phase); ++phase) {
  }
}

void Evaluator::chooseSteadyPath(int phase) {
  const SteadyPath& path = program_.steady_paths[static_cast<size_t>(phase)];
  // A trace and the measuring of rules want to see each of them.
  steady_path_ = path.steps.empty() || trace_ != nullptr || probe_ != nullptr ? nullptr : &path;
  if (!removed_.empty()) leaveSteadyPath(removed_);
  for (const TargetRemoval& removal : target_removals_) leaveSteadyPath(*removal.rules);
}

void Evaluator::leaveSteadyPath(const RuleBits& removed) {
  if (steady_path_ != nullptr && intersects(steady_path_->rules, removed)) steady_path_ = nullptr;
}

// From a step on to the first that does not find what was there at load, or to the next position
// that must be visited. The same position when there are not even two steps: those are as quick
// one by one.
size_t Evaluator::followSteadyPath(size_t position) {
  if (steady_path_ == nullptr) return position;
  const SteadyPath& path = *steady_path_;
  const size_t first = path.steps_before[position];
  const size_t second = first + 1;
  if (second >= path.steps.size()) return position;
  const SteadyPath::Step* const steps = path.steps.data();
  if (steps[first].position != position) return position;
  const auto known = static_cast<int32_t>(first);
  const auto isOther = [&](const SteadyPath::Read& read) {
    return read.known < known && !data_.isTx(read.slot, read.is_set, read.text);
  };
  const SteadyPath::Read* const reads = path.reads.data();
  size_t i = path.firstRead(first);
  for (const size_t needed = steps[second].reads_end; i < needed; ++i) {
    if (isOther(reads[i])) return position;
  }
  size_t end = path.steps_before[nextStop(position)];
  if (end <= second) return position;
  for (; i < steps[end - 1].reads_end; ++i) {
    if (isOther(reads[i])) end = reads[i].step;
  }
  const size_t write = path.firstWrite(first);
  data_.setTxValues(std::span(path.writes).subspan(write, steps[end - 1].writes_end - write));
  showSteadyMatch(first, end);
  return steps[end - 1].end;
}

// The first stop from a position on, or a place before it: looking on may be for nothing.
size_t Evaluator::nextStop(size_t position) const {
  constexpr size_t kWordsAhead = 16;
  const size_t last = std::min(position / 64 + kWordsAhead, candidates_.size());
  for (size_t word = position / 64; word < last; ++word) {
    uint64_t bits = candidates_[word] & steady_path_->stops[word];
    if (word == position / 64) bits &= ~uint64_t{0} << (position % 64);
    if (bits != 0) return word * 64 + static_cast<size_t>(std::countr_zero(bits));
  }
  return std::min(last * 64, rules_->size());
}

// What the steps leave as MATCHED_VAR and MATCHED_VARS.
void Evaluator::showSteadyMatch(size_t first, size_t end) {
  const SteadyPath::Step* const steps = steady_path_->steps.data();
  const SteadyPath::Step& last = steps[end - 1];
  size_t before = first;  // what these steps and those before do is forgotten or does not count
  if (last.last_matched >= static_cast<int32_t>(first)) {
    before = static_cast<size_t>(last.last_matched);
    const auto number = static_cast<size_t>(steps[before].matched);
    const SteadyPath::Matched& match = steady_path_->matched[number];
    data_.startMatchedValues();
    data_.addMatchedValue(*match.target, match.name, match.text);
  }
  // The first step's own comparison counts, what was passed before it does not.
  const bool own = before == first && steps[first].matched < 0 && steps[first].compares;
  if (own || last.compared > steps[before].compared || last.passed > steps[before].passed) {
    data_.startMatchedValues();
  }
}

}  // namespace waf
