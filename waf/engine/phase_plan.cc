#include "waf/engine/phase_plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "waf/engine/program.h"
#include "waf/engine/transaction_data.h"

namespace waf {
namespace {

// Its values are there when the phase starts, and their contents may come again.
bool canPlan(const Target& target) {
  if (target.variable == VariableId::UniqueId) return false;
  const VariableKind kind = variableInfo(target.variable).kind;
  if (kind == VariableKind::Xml || kind == VariableKind::Scalar) return true;
  return kind == VariableKind::Collection && target.selector.kind != SelectorAst::Kind::Regex;
}

Comparison comparisonOf(const Rule& rule) {
  Comparison out;
  if (rule.unconditional || rule.targets.size() != 1 || rule.form != 0 || rule.multi_match ||
      rule.capture) {
    return out;
  }
  const Target& target = rule.targets.front();
  const bool is_tx = target.tx_slot >= 0;
  if (!findNumberOrder(rule.operator_name, &out.order)) return out;
  if (rule.argument_has_macro) {
    out.right_slot = rule.argument.soleTxSlot();
    if (out.right_slot < 0) return out;
  } else {
    out.right = readNumber(rule.argument.literal());
  }
  // What leaves single members out does not change how many there are.
  if (!target.count && (!is_tx || !target.exclusions.empty())) return out;
  out.negated = rule.negated;
  out.slot = target.tx_slot;
  out.target = &target;
  out.left = !target.count ? Comparison::Left::Tx
             : is_tx       ? Comparison::Left::HasTx
                           : Comparison::Left::Count;
  const bool assigns_only = std::all_of(
      rule.actions.begin(), rule.actions.end(),
      [](const RuleAction& action) { return std::holds_alternative<Assignment>(action); });
  out.is_plain = !rule.in_chain && assigns_only && !rule.log && rule.severity_level >= 8 &&
                 (rule.disruptive.kind == DisruptiveKind::None ||
                  rule.disruptive.kind == DisruptiveKind::Pass);
  return out;
}

// The names that the set mentions are known, so their pattern is asked here, once.
void selectTx(const TxNames& names, Target* target) {
  if (target->variable != VariableId::Tx || target->selector.kind != SelectorAst::Kind::Regex) {
    return;
  }
  target->tx_selected.assign((names.size() + 63) / 64, 0);
  for (size_t slot = 0; slot < names.size(); ++slot) {
    Value value;
    value.name = names.name(slot);
    if (target->selector.selects(value)) setBit(&target->tx_selected, slot);
  }
}

class Planner {
 public:
  explicit Planner(Program* program) : program_(*program) {}

  void giveSlots() {
    for (Rule& rule : program_.rules) {
      if (rule.group < 0) continue;
      const RuleGroup& group = program_.groups[static_cast<size_t>(rule.group)];
      rule.hit_slot = static_cast<uint32_t>(hitSlot(rule, group));
      if (group.area >= 0 && !isApart(rule, group)) rule.area = group.area;
      if (!group.stable || (rule.negated && rule.multi_match)) continue;
      rule.verdict_slot = static_cast<int32_t>(rule.negated ? program_.slots++ : rule.hit_slot);
      const bool leaves_out =
          std::any_of(rule.targets.begin(), rule.targets.end(),
                      [](const Target& target) { return !target.exclusions.empty(); });
      rule.asks_in_turn = leaves_out && toLower(rule.operator_name).starts_with("rx");
    }
  }

  void plan(int phase) {
    const auto& list = program_.phases[static_cast<size_t>(phase)];
    PhasePlan& plan = program_.plans[static_cast<size_t>(phase)];
    plan.always.assign((list.size() + 63) / 64, 0);
    plan.comparisons.resize(list.size());
    plan.planned.assign(program_.groupWords(), 0);
    plan.positions.resize(program_.groups.size());
    plan.xml.assign(program_.groupWords(), 0);
    plan.position_of.assign(program_.slots, PhasePlan::kNoPosition);
    plan.asked.resize(program_.groups.size());
    plan.areas.resize(program_.large_groups.size());
    by_target_.clear();
    for (const Rule& rule : program_.rules) {
      if (rule.phase == phase && rule.group >= 0) planGroup(rule, &plan);
    }
    for (size_t i = 0; i < list.size(); ++i) {
      const Rule& rule = *list[i];
      if (program_.keeps_verdicts) plan.comparisons[i] = comparisonOf(rule);
      if (rule.verdict_slot < 0 || !isPlanned(rule, plan)) {
        setBit(&plan.always, i);
        continue;
      }
      planPosition(rule, static_cast<uint32_t>(i), &plan);
    }
    for (const auto& [key, bits] : by_target_) plan.targets.push_back(planned(bits));
    planClasses(&plan);
    planSegments(list, &plan);
  }

 private:
  struct TargetBits {
    VariableId variable = VariableId::Args;
    const Selector* selector = nullptr;
    std::vector<uint64_t> mask;  // as many words as a verdict has
    std::set<uint32_t> areas;
  };

  // Whether a rule of a large group has slots of its own.
  static bool isApart(const Rule& rule, const RuleGroup& group) {
    return group.always_apart && group.scan->alwaysReported().test(rule.group_slot);
  }

  size_t hitSlot(const Rule& rule, const RuleGroup& group) {
    if (group.area < 0) return group.first_slot + rule.group_slot;
    return isApart(rule, group) ? program_.slots++ : group.first_slot;
  }

  void planPosition(const Rule& rule, uint32_t position, PhasePlan* plan) const {
    const auto number = static_cast<size_t>(rule.group);
    const RuleGroup& group = program_.groups[number];
    plan->positions[number].push_back(position);
    if (group.scan->alwaysReported().test(rule.group_slot) && !rule.asks_in_turn) {
      plan->asked[number].push_back(position);
    }
    const bool in_area = rule.area >= 0 && !rule.negated;
    if (!in_area) plan->position_of[static_cast<size_t>(rule.verdict_slot)] = position;
    if (group.area < 0) return;
    PlannedArea& area = plan->areas[static_cast<size_t>(group.area)];
    if (in_area) {
      setBit(&area.position_bits, position);
      area.position_of[rule.group_slot] = position;
    } else {
      area.others.push_back(position);
    }
  }

  PlannedTarget planned(const TargetBits& bits) const {
    PlannedTarget out;
    out.variable = bits.variable;
    out.selector = bits.selector;
    out.areas.assign(bits.areas.begin(), bits.areas.end());
    for (size_t i = 0; i < bits.mask.size(); ++i) {
      if (bits.mask[i] == 0) continue;
      auto& words = i < program_.groupWords() ? out.groups : out.slots;
      words.push_back({static_cast<uint32_t>(i), bits.mask[i]});
    }
    return out;
  }

  void planClasses(PhasePlan* plan) const {
    std::map<std::vector<uint32_t>, std::vector<uint32_t>> groups_of;
    for (size_t group = 0; group < program_.groups.size(); ++group) {
      if (!plan->isPlanned(group)) continue;
      std::vector<uint32_t> targets;
      for (size_t i = 0; i < plan->targets.size(); ++i) {
        for (const auto& [index, bits] : plan->targets[i].groups) {
          if (index == group / 64 && (bits >> (group % 64) & 1) != 0) {
            targets.push_back(static_cast<uint32_t>(i));
          }
        }
      }
      if (!targets.empty()) groups_of[targets].push_back(static_cast<uint32_t>(group));
    }
    for (auto& [targets, groups] : groups_of) {
      ValueClass& made = plan->classes.emplace_back();
      made.targets = targets;
      made.target_bits.assign((plan->targets.size() + 63) / 64, 0);
      for (const uint32_t target : targets) setBit(&made.target_bits, target);
      made.group_bits.assign(program_.groupWords(), 0);
      for (const uint32_t group : groups) setBit(&made.group_bits, group);
      made.groups = std::move(groups);
    }
  }

  void planSegments(const std::vector<const Rule*>& list, PhasePlan* plan) const {
    const auto jumps = [&](size_t i) {
      const Comparison& comparison = plan->comparisons[i];
      return list[i]->skip_target != 0 && comparison.is_plain &&
             comparison.left != Comparison::Left::Count;
    };
    std::set<uint32_t> begins{0};
    for (size_t i = 0; i < list.size(); ++i) {
      if (!jumps(i)) continue;
      begins.insert(static_cast<uint32_t>(i + 1));
      begins.insert(list[i]->skip_target);
    }
    begins.insert(static_cast<uint32_t>(list.size()));
    const auto numberOf = [&](uint32_t position) {
      return static_cast<uint32_t>(std::distance(begins.begin(), begins.find(position)));
    };
    for (auto begin = begins.begin(); *begin < list.size(); ++begin) {
      const uint32_t end = *std::next(begin);
      Segment& segment = plan->segments.emplace_back();
      segment.begin = *begin;
      segment.groups.assign(program_.groupWords(), 0);
      for (uint32_t i = *begin; i < end; ++i) {
        if (list[i]->group >= 0) setBit(&segment.groups, static_cast<size_t>(list[i]->group));
      }
      if (!jumps(end - 1)) continue;
      segment.jump = end - 1;
      segment.jump_to = numberOf(list[end - 1]->skip_target);
    }
  }

  static bool isPlanned(const Rule& rule, const PhasePlan& plan) {
    return plan.isPlanned(static_cast<size_t>(rule.group));
  }

  void planGroup(const Rule& rule, PhasePlan* plan) {
    const auto number = static_cast<size_t>(rule.group);
    const RuleGroup& group = program_.groups[number];
    if (!group.stable || !program_.keeps_verdicts ||
        !std::all_of(rule.targets.begin(), rule.targets.end(), canPlan)) {
      return;
    }
    setBit(&plan->planned, number);
    if (group.area >= 0) {
      PlannedArea& area = plan->areas[static_cast<size_t>(group.area)];
      area.position_bits.resize(plan->always.size());
      area.position_of.resize(group.scan->slots(), PhasePlan::kNoPosition);
    }
    for (const Target& target : rule.targets) {
      if (variableInfo(target.variable).kind == VariableKind::Xml) {
        setBit(&plan->xml, number);
        continue;
      }
      for (const VariableId part : TransactionData::partsOf(target.variable)) {
        TargetBits& bits = bitsOf(part, target.selector);
        setBit(&bits.mask, number);
        setBit(&bits.mask, program_.groupWords() * 64 + rule.hit_slot);
        if (rule.verdict_slot >= 0) {
          setBit(&bits.mask, program_.groupWords() * 64 + static_cast<size_t>(rule.verdict_slot));
        }
        if (group.area >= 0) bits.areas.insert(static_cast<uint32_t>(group.area));
      }
    }
  }

  TargetBits& bitsOf(VariableId variable, const Selector& selector) {
    TargetBits& target = by_target_[{variable, selector.kind, selector.name}];
    if (target.mask.empty()) {
      target = {variable, &selector, std::vector<uint64_t>(program_.verdictWords()), {}};
    }
    return target;
  }

  Program& program_;
  std::map<std::tuple<VariableId, SelectorAst::Kind, std::string>, TargetBits> by_target_;
};

}  // namespace

bool PlannedTarget::selectsAll() const { return selector->kind == SelectorAst::Kind::All; }

bool PlannedTarget::selects(const Value& value) const {
  return selectsAll() || (value.hash == selector->hash && selector->selects(value));
}

bool PlannedTarget::hasAny(const uint64_t* set) const {
  return std::any_of(groups.begin(), groups.end(),
                     [&](const Word& word) { return (set[word.index] & word.bits) != 0; });
}

bool PlannedTarget::hasUnknown(const uint64_t* set, const uint64_t* known) const {
  return std::any_of(groups.begin(), groups.end(), [&](const Word& word) {
    return (set[word.index] & word.bits & ~known[word.index]) != 0;
  });
}

bool ValueClass::hasAny(const uint64_t* set) const {
  for (size_t i = 0; i < group_bits.size(); ++i) {
    if ((set[i] & group_bits[i]) != 0) return true;
  }
  return false;
}

void planPhases(Program* program) {
  for (Rule& rule : program->rules) {
    for (Target& target : rule.targets) selectTx(program->tx_names, &target);
  }
  Planner planner(program);
  planner.giveSlots();
  for (int phase = 1; phase <= kPhases; ++phase) planner.plan(phase);
}

}  // namespace waf
