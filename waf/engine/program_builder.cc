// Document → chains → removals and updates → rules → positions. In this order, since an update may
// come before its rule and a control action may name rules that follow.
#include "waf/engine/program_builder.h"

#include <algorithm>

#include "waf/base/text.h"
#include "waf/engine/action_compiler.h"
#include "waf/engine/lint.h"
#include "waf/engine/plain_scan.h"
#include "waf/engine/rule_groups.h"
#include "waf/seclang/parser.h"

namespace waf {
namespace {

const ActionAst* lastAction(const std::vector<ActionAst>& actions, std::string_view name) {
  const auto found = std::find_if(actions.rbegin(), actions.rend(),
                                  [&](const ActionAst& action) { return action.name == name; });
  return found == actions.rend() ? nullptr : &*found;
}

// As in ModSecurity v3 an update's pattern over ARGS also leaves the same names out of ARGS_NAMES
// and of the parts of both; one in the rule itself does not.
std::vector<TargetAst> spreadPatterns(const std::vector<TargetAst>& targets) {
  std::vector<TargetAst> out = targets;
  for (const TargetAst& target : targets) {
    if (!target.exclude || target.variable != VariableId::Args ||
        target.selector.kind != SelectorAst::Kind::Regex) {
      continue;
    }
    for (const VariableId part : {VariableId::ArgsGet, VariableId::ArgsPost, VariableId::ArgsNames,
                                  VariableId::ArgsGetNames, VariableId::ArgsPostNames}) {
      out.push_back(target);
      out.back().variable = part;
    }
  }
  return out;
}

}  // namespace

void ProgramBuilder::error(const SourcePosition& at, std::string message) {
  if (diagnostics_->size() >= Parser::kMaxDiagnostics) return;
  diagnostics_->push_back({Diagnostic::Severity::Error, at.file, at.line, std::move(message)});
}

void ProgramBuilder::warning(const SourcePosition& at, std::string message) {
  if (diagnostics_->size() >= Parser::kMaxDiagnostics) return;
  diagnostics_->push_back({Diagnostic::Severity::Warning, at.file, at.line, std::move(message)});
}

std::unique_ptr<Program> ProgramBuilder::build(const RuleSetOptions& options,
                                               const RuleSet::Progress& progress) {
  program_->settings = document_.settings;
  confined_to_ = options.confined_to;
  gather();
  dropOverriddenBase();
  checkDuplicates();
  applyRemovals();
  applyUpdates();
  starters_.assign(chains_.size(), nullptr);
  for (size_t i = 0; i < chains_.size(); ++i) {
    if (progress && i % 32 == 0 && !progress("rules", i, chains_.size())) {
      cancelled_ = true;
      return nullptr;
    }
    if (!chains_[i].removed) compileChain(chains_[i]);
  }
  linkPhases();
  resolveControls();
  const bool failed =
      std::any_of(diagnostics_->begin(), diagnostics_->end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Diagnostic::Severity::Error;
      });
  if (failed) return nullptr;
  if (!compileRuleGroups(program_.get(), options, progress)) {
    cancelled_ = true;
    return nullptr;
  }
  planPhases(program_.get());
  if (!compilePlainScans(program_.get(), options, progress)) {
    cancelled_ = true;
    return nullptr;
  }
  findGates(program_.get());
  findSteadyPaths(program_.get());
  countScans();
  if (options.lint) lintProgram();
  return std::move(program_);
}

void ProgramBuilder::lintProgram() {
  LintInput input{*program_, document_, {}, {}};
  std::vector<const Chain*> chains;
  for (size_t i = 0; i < chains_.size(); ++i) {
    const Chain& chain = chains_[i];
    input.rules.push_back({chain.id, chain.phase, chain.element, chain.links.front().position,
                           &chain.links, starters_[i], chain.removal,
                           chain.links.front().from_base});
    chains.push_back(&chain);
  }
  input.selects = [&](const RuleSelector& selector, size_t index) {
    return selects(selector, *chains[index], chains[index]->links.front().position);
  };
  for (Diagnostic& diagnostic : lint(input)) {
    if (diagnostics_->size() >= Parser::kMaxDiagnostics) return;
    diagnostics_->push_back(std::move(diagnostic));
  }
}

void ProgramBuilder::countScans() {
  for (const Rule& rule : program_->rules) {
    const bool scanned =
        rule.group >= 0 &&
        program_->groups[static_cast<size_t>(rule.group)].scan->isInDatabase(rule.group_slot);
    if (scanned && rule.counted_rx) ++statistics_.rx_hyperscan;
  }
  for (const RuleGroup& group : program_->groups) {
    statistics_.databases += group.scan->databases();
    statistics_.database_bytes += group.scan->databaseBytes();
    statistics_.provisional = statistics_.provisional || group.scan->isProvisional();
  }
  for (const PhasePlan& plan : program_->plans) {
    statistics_.provisional = statistics_.provisional || plan.plain.provisional;
    if (plan.plain.scan == nullptr) continue;
    statistics_.databases += plan.plain.scan->databases();
    statistics_.database_bytes += plan.plain.scan->databaseBytes();
  }
}

void ProgramBuilder::gather() {
  for (size_t i = 0; i < document_.elements.size(); ++i) {
    auto& element = document_.elements[i];
    if (auto* rule = std::get_if<RuleAst>(&element)) {
      addRule(std::move(*rule), i);
    } else if (auto* marker = std::get_if<MarkerAst>(&element)) {
      elements_.push_back({-1, marker->name});
    } else {
      addDefaults(std::get<DefaultActionAst>(element));
    }
  }
  if (chain_open_) {
    warning(open_.links.back().position,
            "chain: the rule that it announces is missing, so this one is left out");
  }
}

void ProgramBuilder::addDefaults(const DefaultActionAst& defaults) {
  // Its mistakes are told here, once, also where no rule inherits it.
  Rule rule;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  ActionCompiler(program_.get(), &rule, &errors, &warnings).compile(defaults.actions, {});
  for (std::string& message : errors) {
    error(defaults.position, "SecDefaultAction: " + std::move(message));
  }
  auto changed = std::make_shared<Defaults>(*defaults_);
  (*changed)[defaults.phase] = errors.empty() ? defaults.actions : std::vector<ActionAst>{};
  defaults_ = std::move(changed);
}

void ProgramBuilder::addRule(RuleAst&& rule, size_t element) {
  const bool more = lastAction(rule.actions, "chain") != nullptr;
  if (!chain_open_) {
    open_ = Chain{};
    open_.defaults = defaults_;
    open_.element = element;
  }
  open_.links.push_back(std::move(rule));
  chain_open_ = more;
  if (!more) finishChain(std::move(open_));
}

void ProgramBuilder::finishChain(Chain&& chain) {
  if (!readIdentity(&chain)) return;
  tags_.insert(chain.tags.begin(), chain.tags.end());
  elements_.push_back({static_cast<int>(chains_.size()), {}});
  chains_.push_back(std::move(chain));
}

bool ProgramBuilder::readIdentity(Chain* chain) {
  const RuleAst& starter = chain->links.front();
  const ActionAst* id = lastAction(starter.actions, "id");
  if (id == nullptr && starter.unconditional) return readPhase(chain);  // as in ModSecurity v3
  if (id == nullptr) {
    error(starter.position, "id: every rule needs one; add id:NUMBER");
    return false;
  }
  uint64_t number = 0;
  if (!parseUint64(id->value, &number) || number == 0 || number > INT64_MAX) {
    error(starter.position, "id: \"" + id->value + "\" is not a positive number");
    return false;
  }
  chain->id = static_cast<int64_t>(number);
  return readPhase(chain);
}

bool ProgramBuilder::readPhase(Chain* chain) {
  const RuleAst& starter = chain->links.front();
  if (const ActionAst* phase = lastAction(starter.actions, "phase")) {
    chain->phase = parsePhase(phase->value);
    if (chain->phase == 0) {
      error(starter.position, "phase: \"" + phase->value + "\" is not one of 1 to 5");
      return false;
    }
  }
  if (const ActionAst* message = lastAction(starter.actions, "msg"))
    chain->message = message->value;
  for (const RuleAst& link : chain->links) {
    for (const ActionAst& action : link.actions) {
      if (action.name == "tag") chain->tags.push_back(action.value);
    }
  }
  return true;
}

void ProgramBuilder::dropOverriddenBase() {
  std::unordered_map<int64_t, bool> own;
  for (const Chain& chain : chains_) {
    if (!chain.links.front().from_base) own[chain.id] = true;
  }
  for (Chain& chain : chains_) {
    if (chain.links.front().from_base && own.count(chain.id) > 0) chain.removed = true;
  }
}

void ProgramBuilder::checkDuplicates() {
  std::unordered_map<int64_t, const Chain*> seen;
  for (const Chain& chain : chains_) {
    if (chain.removed || chain.id == 0) continue;
    const auto [first, added] = seen.emplace(chain.id, &chain);
    if (added) continue;
    const SourcePosition& other = first->second->links.front().position;
    error(chain.links.front().position, "id: " + std::to_string(chain.id) +
                                            " is taken already by the rule at " + other.file + ":" +
                                            std::to_string(other.line));
  }
}

const std::shared_ptr<const Regex>& ProgramBuilder::pattern(const std::string& text,
                                                            const SourcePosition& at) {
  const auto [found, added] = patterns_.emplace(text, nullptr);
  if (!added) return found->second;
  RegexOptions options;
  options.caseless = true;
  auto regex = Regex::compile(text, options);
  if (regex) {
    found->second = std::make_shared<const Regex>(std::move(*regex));
  } else {
    error(at, "\"" + text + "\": " + regex.error().message);
  }
  return found->second;
}

bool ProgramBuilder::selects(const RuleSelector& selector, const Chain& chain,
                             const SourcePosition& at) {
  if (selector.kind == RuleSelector::Kind::Ids) {
    return std::any_of(selector.ids.begin(), selector.ids.end(), [&](const auto& range) {
      return chain.id >= range.first && chain.id <= range.second;
    });
  }
  // A tag that some rule has is meant as it is (v3's manual), anything else is a regular expression
  // over tags (v2's).
  const auto has = [&](const std::string& tag) { return tag == selector.pattern; };
  if (selector.kind == RuleSelector::Kind::Tag && tags_.count(selector.pattern) > 0) {
    return std::any_of(chain.tags.begin(), chain.tags.end(), has);
  }
  const auto& regex = pattern(selector.pattern, at);
  if (regex == nullptr) return false;
  const auto matches = [&](const std::string& text) {
    return regex->search(text, 0, nullptr) == RegexStatus::Match;
  };
  if (selector.kind == RuleSelector::Kind::Message) return matches(chain.message);
  return std::any_of(chain.tags.begin(), chain.tags.end(), matches);
}

void ProgramBuilder::applyRemovals() {
  for (const RemovalAst& removal : document_.removals) {
    for (Chain& chain : chains_) {
      if (chain.removed || !selects(removal.rules, chain, removal.position)) continue;
      chain.removed = true;
      chain.removal = &removal;
    }
  }
}

void ProgramBuilder::applyUpdates() {
  // An update of a rule that is not there (left out, removed) is no mistake: sets are combined
  // freely.
  for (const TargetUpdateAst& update : document_.target_updates) {
    for (Chain& chain : chains_) {
      if (!chain.removed && selects(update.rules, chain, update.position)) {
        applyTargetUpdate(update, &chain);
      }
    }
  }
  for (const ActionUpdateAst& update : document_.action_updates) {
    for (Chain& chain : chains_) {
      if (!chain.removed && chain.id == update.id) applyActionUpdate(update, &chain);
    }
  }
}

void ProgramBuilder::applyActionUpdate(const ActionUpdateAst& update, Chain* chain) {
  if (update.link >= chain->links.size()) {
    return error(update.position, "SecRuleUpdateActionById: rule " + std::to_string(update.id) +
                                      " has " + std::to_string(chain->links.size()) +
                                      " links, counted from 0; there is no link " +
                                      std::to_string(update.link));
  }
  auto& actions = chain->links[update.link].actions;
  actions.insert(actions.end(), update.actions.begin(), update.actions.end());
}

void ProgramBuilder::applyTargetUpdate(const TargetUpdateAst& update, Chain* chain) {
  RuleAst& rule = chain->links.front();
  if (rule.unconditional) return;
  const auto isReplaced = [&](const TargetAst& target) {
    return std::any_of(update.replaced.begin(), update.replaced.end(), [&](const TargetAst& other) {
      return other.variable == target.variable && other.count == target.count &&
             other.exclude == target.exclude && other.selector.kind == target.selector.kind &&
             equalsIgnoreCase(other.selector.text, target.selector.text);
    });
  };
  auto at = std::find_if(rule.targets.begin(), rule.targets.end(), isReplaced);
  const std::vector<TargetAst> targets = spreadPatterns(update.targets);
  at = rule.targets.insert(at, targets.begin(), targets.end());
  at += static_cast<std::ptrdiff_t>(targets.size());
  rule.targets.erase(std::remove_if(at, rule.targets.end(), isReplaced), rule.targets.end());
}

}  // namespace waf
