// Rules that are never reached: each phase's list is walked once, from its first rule along every
// way that evaluation may go (the next rule, skip, skipAfter, the end).
#include "waf/engine/lint.h"

namespace waf {
namespace {

// The rules that some ctl: may switch off: these are conditional, whatever they look like.
RuleBits removableRules(const Program& program) {
  RuleBits bits(program.bitWords());
  for (const Rule& rule : program.rules) {
    for (const RuleAction& action : rule.actions) {
      const auto* control = std::get_if<Control>(&action);
      if (control == nullptr || control->kind != Control::Kind::RemoveRules) continue;
      for (size_t i = 0; i < bits.size(); ++i) bits[i] |= control->rules[i];
    }
  }
  return bits;
}

bool endsPhase(const Rule& rule) {
  switch (rule.disruptive.kind) {
    case DisruptiveKind::None:
    case DisruptiveKind::Pass:
      return false;
    default:
      return rule.phase != kPhases;
  }
}

std::string describe(const Rule& cause) {
  return (endsPhase(cause) ? "the SecAction at " : "the SecAction with skip or skipAfter at ") +
         cause.position.file + ":" + std::to_string(cause.position.line);
}

void walkPhase(const std::vector<const Rule*>& rules, const RuleBits& removable,
               std::vector<Diagnostic>* out) {
  std::vector<bool> reached(rules.size() + 1);
  reached[0] = true;
  const Rule* cause = nullptr;
  for (size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = *rules[i];
    if (!reached[i]) {
      if (cause != nullptr) {
        warn(out, rule.position,
             "never runs: " + describe(*cause) + " always comes before it and " +
                 (endsPhase(*cause) ? "ends the phase" : "leads past it"));
      }
      continue;
    }
    const bool always =
        rule.unconditional && rule.next_link == nullptr && !testBit(removable, rule.index);
    const bool jumps = rule.skip_target > i + 1;
    if (jumps) reached[std::min<size_t>(rule.skip_target, rules.size())] = true;
    if (always && (jumps || endsPhase(rule))) {
      cause = &rule;
    } else {
      reached[i + 1] = true;
    }
  }
}

}  // namespace

void lintReach(const LintInput& input, std::vector<Diagnostic>* out) {
  const RuleBits removable = removableRules(input.program);
  for (const auto& rules : input.program.phases) walkPhase(rules, removable, out);
}

}  // namespace waf
