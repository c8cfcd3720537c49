// Which rules of a phase the evaluator must visit: those that no scan rules out, and of the others
// those that what is known of the phase's contents does not rule out.
#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <vector>

#include "waf/engine/evaluator.h"

namespace waf {
namespace {

int64_t numberOf(std::string_view text) {
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '9') return text[0] - '0';
  return readNumber(text);
}

template <typename Visit>
void forEachBit(uint64_t word, size_t first, Visit&& visit) {
  for (; word != 0; word &= word - 1) visit(first + static_cast<size_t>(std::countr_zero(word)));
}

}  // namespace

// What is known of the contents of requests that are alike is the same, and so are their
// candidates: those of the last few kinds are kept by the thread, under the program's serial.
struct Evaluator::KnownCandidates {
  static constexpr size_t kKinds = 32;

  uint64_t serial = 0;
  const PhasePlan* plan = nullptr;
  std::vector<uint64_t> hits;
  std::vector<uint64_t> candidates;

  static KnownCandidates& of(const PhasePlan& plan, std::span<const uint64_t> hits) {
    thread_local std::array<KnownCandidates, kKinds> kinds;
    uint64_t hash = reinterpret_cast<uintptr_t>(&plan);
    for (const uint64_t word : hits) hash = std::rotl(hash ^ word, 23) * 0x9e3779b97f4a7c15;
    return kinds[hash >> 32 & (kKinds - 1)];
  }
  bool isOf(const PhasePlan& wanted, uint64_t program, std::span<const uint64_t> known) const {
    return plan == &wanted && serial == program &&
           std::equal(known.begin(), known.end(), hits.begin(), hits.end());
  }
};

void Evaluator::findCandidates(const PhasePlan& plan) {
  const size_t group_words = program_.groupWords();
  known_hits_.assign(program_.verdictWords(), 0);
  for (size_t i = 0; i < group_words; ++i) known_hits_[i] = ~plan.planned[i];
  for (HitArea& area : hit_areas_) area.used = false;
  for (const PlannedTarget& target : plan.targets) addTarget(target);
  if (data_.hasXml()) {
    for (size_t i = 0; i < group_words; ++i) known_hits_[i] |= plan.xml[i];
  }
  KnownCandidates& known = KnownCandidates::of(plan, known_hits_);
  if (known.isOf(plan, program_.serial, known_hits_)) {
    candidates_.assign(known.candidates.begin(), known.candidates.end());
  } else {
    markCandidates(plan);
    known.serial = program_.serial;
    known.plan = &plan;
    known.hits.assign(known_hits_.begin(), known_hits_.end());
    known.candidates.assign(candidates_.begin(), candidates_.end());
  }
  for (size_t number = 0; number < hit_areas_.size(); ++number) {
    if (!hit_areas_[number].used) continue;
    for (size_t i = 0; i < program_.areaWords(number); ++i) {
      forEachBit(hit_areas_[number].words[i], i * 64,
                 [&](size_t slot) { markAt(plan.areas[number].position_of[slot]); });
    }
  }
}

// What the areas do not tell.
void Evaluator::markCandidates(const PhasePlan& plan) {
  const size_t group_words = program_.groupWords();
  candidates_.assign(plan.always.begin(), plan.always.end());
  for (size_t i = 0; i < group_words; ++i) {
    forEachBit(known_hits_[i] & plan.planned[i], i * 64,
               [&](size_t group) { markUnknown(plan, group); });
  }
  for (size_t i = group_words; i < known_hits_.size(); ++i) {
    forEachBit(known_hits_[i], (i - group_words) * 64,
               [&](size_t slot) { markAt(plan.position_of[slot]); });
  }
}

void Evaluator::markUnknown(const PhasePlan& plan, size_t group) {
  const int32_t number = program_.groups[group].area;
  if (number < 0) {
    for (const uint32_t position : plan.positions[group]) mark(position);
    return;
  }
  const PlannedArea& area = plan.areas[static_cast<size_t>(number)];
  for (size_t i = 0; i < area.position_bits.size(); ++i) candidates_[i] |= area.position_bits[i];
  for (const uint32_t position : area.others) mark(position);
}

// A scan has shown which rules of a large group may match: the others need not be visited.
void Evaluator::leaveOut(const RuleGroup& group, const BitSet& hits) {
  const PlannedArea& area = plan_->areas[static_cast<size_t>(group.area)];
  for (size_t i = 0; i < area.position_bits.size(); ++i) candidates_[i] &= ~area.position_bits[i];
  hits.forEach([&](size_t slot) {
    if (area.position_of[slot] != PhasePlan::kNoPosition) mark(area.position_of[slot]);
  });
}

// What is known of a content, or of several.
void Evaluator::addKnown(const PlannedTarget& target, const VerdictBits& known) {
  uint64_t* const out = known_hits_.data();
  for (const auto& [index, bits] : target.groups) out[index] |= ~known.words[index] & bits;
  for (const auto& [index, bits] : target.slots) out[index] |= known.words[index] & bits;
  for (const uint32_t number : target.areas) {
    if (!verdicts_.hasMore(known, number)) continue;
    HitArea& area = hit_areas_[number];
    const size_t count = program_.areaWords(number);
    if (area.words == nullptr) {
      area.words = static_cast<uint64_t*>(
          data_.arena().resource()->allocate(count * sizeof(uint64_t), alignof(uint64_t)));
    }
    if (!area.used) std::fill_n(area.words, count, uint64_t{0});
    area.used = true;
    verdicts_.addArea(known, number, area.words);
  }
}

void Evaluator::addContent(const PlannedTarget& target, const Value& value) {
  const Verdict& verdict = verdicts_.of(value);
  if (verdict.untouched) {
    addUnknown(target);
  } else {
    addKnown(target, verdict);
  }
}

// Any rule of the target's groups may match. Their slots tell no more than that.
void Evaluator::addUnknown(const PlannedTarget& target) {
  for (const auto& [index, bits] : target.groups) known_hits_[index] |= bits;
}

void Evaluator::addTarget(const PlannedTarget& target) {
  if (variableInfo(target.variable).kind == VariableKind::Scalar) {
    const Value* value = data_.scalarIfSet(target.variable);
    if (value != nullptr) addContent(target, *value);
    return;
  }
  const auto& values = data_.collection(target.variable);
  if (values.empty()) return;
  if (!target.selectsAll()) {
    for (const Value& value : values) {
      if (target.selects(value)) addContent(target, value);
    }
    return;
  }
  const Verdicts::Sum& sum = verdicts_.sumOf(target.variable, values);
  addKnown(target, sum);
  if (!sum.fresh.empty()) addUnknown(target);
}

size_t Evaluator::nextCandidate(size_t position, size_t end) const {
  size_t word = position / 64;
  if (word >= candidates_.size()) return end;
  uint64_t bits = candidates_[word] >> (position % 64) << (position % 64);
  while (bits == 0) {
    if (++word >= candidates_.size()) return end;
    bits = candidates_[word];
  }
  return word * 64 + static_cast<size_t>(std::countr_zero(bits));
}

bool Evaluator::holds(const Comparison& comparison, const Rule& rule) const {
  int64_t left = 0;
  switch (comparison.left) {
    case Comparison::Left::None:
      return true;
    case Comparison::Left::Tx:
      if (!data_.hasTx(comparison.slot)) return false;
      left = numberOf(data_.tx(comparison.slot));
      break;
    case Comparison::Left::HasTx:
      left = data_.hasTx(comparison.slot) ? 1 : 0;
      break;
    case Comparison::Left::Count:
      left = static_cast<int64_t>(data_.count(*comparison.target, rule));
      break;
  }
  const int64_t right =
      comparison.right_slot < 0 ? comparison.right : numberOf(data_.tx(comparison.right_slot));
  return compareNumbers(comparison.order, left, right) != comparison.negated;
}

// False when the rule must be evaluated as any other.
bool Evaluator::matchPlainly(const Comparison& comparison, const Rule& rule) {
  if (!comparison.is_plain || trace_ != nullptr) return false;
  for (const TargetRemoval& removal : target_removals_) {
    if (testBit(*removal.rules, rule.index)) return false;
  }
  CostProbe::Evaluation measured(probe_.get(), rule.index);
  measured.matched();
  const Target& target = *comparison.target;
  data_.startMatchedValues();
  if (target.count) {
    data_.addMatchedCount(target, data_.count(target, rule));
  } else {
    const Value& value = *data_.txValue(comparison.slot);
    data_.addMatchedValue(target, value.name, value.text);
  }
  for (const RuleAction& action : rule.actions) assign(rule, std::get<Assignment>(action));
  return true;
}

}  // namespace waf
