// Exclusions that exclude nothing: SecRuleRemove…, SecRuleUpdate… and ctl: whose rules are not
// there, are removed already, do not look at the target or have run before.
#include <algorithm>

#include "waf/engine/lint.h"

namespace waf {
namespace {

std::string describe(const RuleSelector& selector) {
  if (selector.kind != RuleSelector::Kind::Ids) {
    return (selector.kind == RuleSelector::Kind::Tag ? "the tag " : "the message ") +
           selector.pattern;
  }
  std::string text = "the id ";
  for (const auto& [first, last] : selector.ids) {
    if (text.back() != ' ') text += ", ";
    text += std::to_string(first);
    if (last != first) text += "-" + std::to_string(last);
  }
  return text;
}

// The ranges one by one, so that each wrong id is named.
std::vector<RuleSelector> split(const RuleSelector& selector) {
  if (selector.kind != RuleSelector::Kind::Ids || selector.ids.size() < 2) return {selector};
  std::vector<RuleSelector> out;
  for (const auto& range : selector.ids) out.push_back({selector.kind, {range}, {}});
  return out;
}

class ExclusionLint {
 public:
  ExclusionLint(const LintInput& input, std::vector<Diagnostic>* out) : input_(input), out_(out) {
    for (const auto& rules : input.program.phases) {
      for (size_t i = 0; i < rules.size(); ++i) places_[rules[i]] = i;
    }
  }

  void run() {
    for (const RemovalAst& removal : input_.document.removals) checkRemoval(removal);
    for (const LintedRule& linted : input_.rules) {
      if (linted.removal == nullptr) continue;
      const SourcePosition& by = linted.removal->position;
      warn(out_, linted.position,
           "never runs: it is removed at " + by.file + ":" + std::to_string(by.line));
    }
    for (const TargetUpdateAst& update : input_.document.target_updates) {
      checkUpdate(update.position, update.element, update.rules);
    }
    for (const ActionUpdateAst& update : input_.document.action_updates) {
      checkUpdate(update.position, update.element,
                  {RuleSelector::Kind::Ids, {{update.id, update.id}}, {}});
    }
    for (const LintedRule& linted : input_.rules) {
      for (const Rule* link = linted.rule; link != nullptr; link = link->next_link) {
        for (const RuleAction& action : link->actions) {
          if (const auto* control = std::get_if<Control>(&action)) checkControl(*link, *control);
        }
      }
    }
  }

 private:
  std::vector<const LintedRule*> select(const RuleSelector& selector) const {
    std::vector<const LintedRule*> found;
    for (size_t i = 0; i < input_.rules.size(); ++i) {
      if (input_.selects(selector, i)) found.push_back(&input_.rules[i]);
    }
    return found;
  }

  void checkOrder(const SourcePosition& at, size_t element,
                  const std::vector<const LintedRule*>& rules, const char* done) {
    const bool later = std::all_of(rules.begin(), rules.end(), [&](const LintedRule* rule) {
      return rule->element >= element;
    });
    if (!later) return;
    warn(out_, at,
         "rule " + std::to_string(rules.front()->id) +
             " comes later; ModSecurity would leave it, here it is " + done +
             " wherever it stands");
  }

  void checkRemoval(const RemovalAst& removal) {
    for (const RuleSelector& selector : split(removal.rules)) {
      const auto rules = select(selector);
      if (rules.empty()) {
        warn(out_, removal.position, "removes nothing: no rule has " + describe(selector));
      } else {
        checkOrder(removal.position, removal.element, rules, "removed");
      }
    }
  }

  void checkUpdate(const SourcePosition& at, size_t element, const RuleSelector& all) {
    for (const RuleSelector& selector : split(all)) {
      const auto rules = select(selector);
      if (rules.empty()) {
        warn(out_, at, "updates nothing: no rule has " + describe(selector));
      } else if (std::all_of(rules.begin(), rules.end(),
                             [](const LintedRule* rule) { return rule->rule == nullptr; })) {
        warn(out_, at,
             "updates nothing: rule " + std::to_string(rules.front()->id) + " is removed");
      } else {
        checkOrder(at, element, rules, "updated");
      }
    }
  }

  // Whether `rule` has had its turn when `by` takes effect.
  bool hasRun(const Rule& rule, const Rule& by) const {
    if (rule.phase != by.phase) return rule.phase < by.phase;
    return place(rule) <= place(by);
  }
  size_t place(const Rule& rule) const {
    const auto found = places_.find(&rule);
    return found == places_.end() ? SIZE_MAX : found->second;  // a link runs with its starter
  }

  const Rule& starterOf(const Rule& link) const {
    const auto found =
        std::find_if(input_.rules.begin(), input_.rules.end(), [&](const LintedRule& linted) {
          return linted.rule != nullptr && linted.rule->index == link.index;
        });
    return found == input_.rules.end() ? link : *found->rule;
  }

  void checkControl(const Rule& link, const Control& control) {
    if (control.kind != Control::Kind::RemoveRules &&
        control.kind != Control::Kind::RemoveTargets) {
      return;
    }
    const std::string name = "ctl:" + control.text.substr(0, control.text.find('=')) + ": ";
    for (const RuleSelector& selector : split(control.selector)) {
      std::vector<const LintedRule*> rules = select(selector);
      if (rules.empty()) {
        warn(out_, link.position, name + "excludes nothing: no rule has " + describe(selector));
        continue;
      }
      std::erase_if(rules, [](const LintedRule* rule) { return rule->rule == nullptr; });
      if (rules.empty()) {
        warn(out_, link.position, name + "excludes nothing: " + describe(selector) + " is removed");
        continue;
      }
      const Rule& by = starterOf(link);
      if (std::all_of(rules.begin(), rules.end(),
                      [&](const LintedRule* rule) { return hasRun(*rule->rule, by); })) {
        warn(out_, link.position,
             name + "comes too late: rule " + std::to_string(rules.front()->id) +
                 " has run by then; put it before the rule or into an earlier phase");
      } else if (control.kind == Control::Kind::RemoveTargets) {
        checkTarget(link, control, rules, name);
      }
    }
  }

  void checkTarget(const Rule& link, const Control& control,
                   const std::vector<const LintedRule*>& rules, const std::string& name) {
    for (const LintedRule* linted : rules) {
      for (const Rule* rule = linted->rule; rule != nullptr; rule = rule->next_link) {
        for (const Target& target : rule->targets) {
          if (control.target.concerns(target.variable)) return;
        }
      }
    }
    warn(out_, link.position,
         name + "excludes nothing: " + std::string(variableName(control.target.variable)) +
             " is no target of rule " + std::to_string(rules.front()->id));
  }

  const LintInput& input_;
  std::vector<Diagnostic>* out_;
  std::unordered_map<const Rule*, size_t> places_;
};

}  // namespace

void lintExclusions(const LintInput& input, std::vector<Diagnostic>* out) {
  ExclusionLint(input, out).run();
}

}  // namespace waf
