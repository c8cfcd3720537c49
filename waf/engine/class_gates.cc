// What bytes alone tell of the groups that look at the same contents.
#include <algorithm>
#include <map>

#include "waf/engine/program.h"

namespace waf {
namespace {

// What the group's scan tells of contents in which it finds nothing; none where that has to be
// learnt of each (Verdicts::addLearnt).
std::map<uint32_t, uint64_t> learntOf(const Program& program, size_t number) {
  std::map<uint32_t, uint64_t> out;
  const RuleGroup& group = program.groups[number];
  const auto set = [&out](size_t bit) {
    out[static_cast<uint32_t>(bit / 64)] |= uint64_t{1} << (bit % 64);
  };
  const size_t first = program.groupWords() * 64 + group.first_slot;
  if (group.area >= 0) {
    if (!group.always_apart) return {};
    set(first);
  } else {
    for (size_t slot = 0; slot < group.scan->slots(); ++slot) {
      if (!group.scan->alwaysReported().test(slot)) set(first + slot);
    }
  }
  set(number);
  return out;
}

ClassGate gateOf(const Program& program, size_t number) {
  const RuleGroup& group = program.groups[number];
  ClassGate out;
  const std::map<uint32_t, uint64_t> learnt = learntOf(program, number);
  out.is_shut = !learnt.empty();
  out.bytes = group.scan->passing();
  out.passes_empty = group.scan->passesEmpty();
  for (const uint16_t node : group.forms) {
    if (node == 0) continue;
    const ByteMask* const needs = program.forms.needs(node);
    out.is_shut = out.is_shut && needs != nullptr;
    if (needs != nullptr) out.bytes.add(*needs);
  }
  out.is_shut = out.is_shut && !(out.bytes == ByteMask::all());
  for (const auto& [index, bits] : learnt) out.learnt.push_back({index, bits});
  return out;
}

ClassGate joined(const std::vector<ClassGate>& gates) {
  ClassGate out;
  out.is_shut =
      std::all_of(gates.begin(), gates.end(), [](const ClassGate& gate) { return gate.is_shut; });
  std::map<uint32_t, uint64_t> learnt;
  for (const ClassGate& gate : gates) {
    out.bytes.add(gate.bytes);
    out.passes_empty = out.passes_empty || gate.passes_empty;
    for (const auto& [index, bits] : gate.learnt) learnt[index] |= bits;
  }
  for (const auto& [index, bits] : learnt) out.learnt.push_back({index, bits});
  return out;
}

}  // namespace

void findGates(Program* program) {
  for (PhasePlan& plan : program->plans) {
    for (ValueClass& values : plan.classes) {
      for (const uint32_t group : values.groups) {
        values.gates.push_back(gateOf(*program, group));
        if (!plan.asked[group].empty()) values.asking.push_back(group);
      }
      values.gate = joined(values.gates);
    }
  }
}

}  // namespace waf
