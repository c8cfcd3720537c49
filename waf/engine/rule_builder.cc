// ProgramBuilder's second half: from a chain as written to rules with operators and positions.
#include <algorithm>

#include "waf/base/text.h"
#include "waf/body/xml_document.h"
#include "waf/engine/action_compiler.h"
#include "waf/engine/program_builder.h"
#include "waf/seclang/read_file.h"

namespace waf {
namespace {

constexpr size_t kMaxDataFileBytes = 100u << 20;

int paranoiaLevel(const std::vector<std::string>& tags) {
  constexpr std::string_view kPrefix = "paranoia-level/";
  for (const std::string& tag : tags) {
    uint64_t level = 0;
    if (tag.compare(0, kPrefix.size(), kPrefix) == 0 &&
        parseUint64(std::string_view(tag).substr(kPrefix.size()), &level) && level < 100) {
      return static_cast<int>(level);
    }
  }
  return 0;
}

std::string conditionText(const RuleAst& ast) {
  constexpr size_t kShown = 200;
  std::string text = ast.negated ? "!@" : "@";
  text.append(ast.operator_name);
  if (!ast.operator_argument.empty()) text.append(" ").append(ast.operator_argument);
  if (text.size() > kShown) text.resize(kShown);
  return text;
}

}  // namespace

void ProgramBuilder::compileChain(Chain& chain) {
  const size_t index = static_cast<size_t>(&chain - chains_.data());
  Rule* starter = nullptr;
  Rule* last = nullptr;
  for (const RuleAst& ast : chain.links) {
    Rule* rule = compileRule(ast, chain, starter == nullptr);
    if (starter == nullptr) {
      starter = rule;
    } else {
      last->next_link = rule;
      rule->in_chain = true;
      rule->is_starter = false;
    }
    last = rule;
  }
  starter->in_chain = starter->next_link != nullptr;
  starters_[index] = starter;
  summarise(chain, *starter);
}

Rule* ProgramBuilder::compileRule(const RuleAst& ast, const Chain& chain, bool starter) {
  Rule& rule = program_->rules.emplace_back();
  if (!ast.from_base) ++statistics_.rules;
  rule.id = chain.id;
  rule.phase = chain.phase;
  rule.paranoia_level = paranoiaLevel(chain.tags);
  rule.position = ast.position;
  if (starter) {
    rule.index = program_->starters++;
    program_->by_id.emplace_back(chain.id, rule.index);
  } else {
    rule.index = program_->starters - 1;
  }
  rule.unconditional = ast.unconditional;

  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  static const std::vector<ActionAst> kNone;
  const auto defaults = chain.defaults->find(chain.phase);
  ActionCompiler compiler(program_.get(), &rule, &errors, &warnings);
  compiler.compile(defaults == chain.defaults->end() ? kNone : defaults->second, ast.actions);
  for (std::string& message : errors) error(ast.position, std::move(message));
  for (std::string& message : warnings) warning(ast.position, std::move(message));
  // As in ModSecurity (2 and 3), which do not load such a rule either; 3 lets `block` pass.
  if (const std::string& named = compiler.namedDisruptive(); !starter && !named.empty()) {
    const std::string why = named + ": the action of the chain's first rule decides, not a link's";
    if (named == "block") {
      warning(ast.position, why);
    } else {
      error(ast.position, why + "; write it there");
    }
  }
  if (!ast.unconditional) {
    compileTargets(ast, &rule);
    compileOperator(ast, &rule);
  }
  return &rule;
}

void ProgramBuilder::compileTargets(const RuleAst& ast, Rule* rule) {
  std::vector<Exclusion> exclusions;
  std::vector<const TargetAst*> included;
  for (const TargetAst& target : ast.targets) {
    if (!target.exclude) {
      included.push_back(&target);
      continue;
    }
    auto exclusion = Exclusion::compile(target);
    if (!exclusion) return error(ast.position, exclusion.error().message);
    exclusions.push_back(std::move(*exclusion));
  }
  for (const TargetAst* target : included) {
    const bool left_out =
        std::any_of(ast.targets.begin(), ast.targets.end(), [&](const TargetAst& other) {
          return other.exclude && other.variable == target->variable &&
                 (other.selector.kind == SelectorAst::Kind::All ||
                  (other.selector.kind == target->selector.kind &&
                   equalsIgnoreCase(other.selector.text, target->selector.text)));
        });
    if (left_out) continue;
    auto selector = Selector::compile(target->selector);
    if (!selector) return error(ast.position, selector.error().message);
    if (selector->kind == SelectorAst::Kind::XPath && !isValidXPath(selector->name)) {
      return error(ast.position, "XML: \"" + selector->name + "\" is not a valid XPath expression");
    }
    Target compiled;
    compiled.variable = target->variable;
    compiled.selector = std::move(*selector);
    compiled.count = target->count;
    if (target->variable == VariableId::Tx && compiled.selector.kind == SelectorAst::Kind::Name) {
      compiled.tx_slot = program_->tx_names.intern(target->selector.text);
    }
    for (const Exclusion& exclusion : exclusions) {
      if (exclusion.concerns(compiled.variable)) compiled.exclusions.push_back(exclusion);
    }
    if (target->variable == VariableId::FilesTmpContent) program_->uses_file_content = true;
    rule->targets.push_back(std::move(compiled));
  }
}

void ProgramBuilder::compileOperator(const RuleAst& ast, Rule* rule) {
  rule->negated = ast.negated;
  rule->operator_name = ast.operator_name;
  rule->condition = conditionText(ast);
  auto macro = Macro::compile(ast.operator_argument, &program_->tx_names);
  // A pattern may hold what looks like a variable and is not one.
  rule->argument_has_macro =
      macro.has_value() && !macro->isLiteral() && Macro::hasVariables(ast.operator_argument);
  if (macro) rule->argument = std::move(*macro);

  OperatorEnvironment environment;
  environment.match_limit = document_.settings.pcre_match_limit;
  environment.recursion_limit = document_.settings.pcre_recursion_limit;
  environment.geo_database = document_.settings.geo_database;
  environment.http_bl_key = document_.settings.http_bl_key;
  environment.read_file = [&](std::string_view name) -> Result<std::string> {
    std::string path(name);
    if (!path.empty() && path.front() != '/' && !ast.folder.empty()) {
      path = ast.folder + "/" + path;
    }
    if (!liesBelow(path, confined_to_)) {
      return fail(ErrorCode::Denied, "seclang",
                  "the file " + path + " is not part of this rule set; put it into the archive");
    }
    auto& cached = files_[path];
    if (cached == nullptr) {
      auto text = readFile(path, kMaxDataFileBytes);
      if (!text) return fail(text.error());
      cached = std::make_shared<const std::string>(std::move(*text));
    }
    return *cached;
  };
  auto made = createOperator(ast.operator_name, ast.operator_argument, rule->argument_has_macro,
                             environment);
  if (!made) return error(ast.position, made.error().message);
  rule->op = std::move(*made);
  rule->sets_geo = equalsIgnoreCase(ast.operator_name, "geoLookup");
  rule->counted_rx = !ast.from_base && equalsIgnoreCase(ast.operator_name, "rx");
  if (rule->counted_rx) ++statistics_.rx_total;
}

void ProgramBuilder::summarise(const Chain& chain, const Rule& rule) {
  RuleSummary summary;
  summary.id = rule.id;
  summary.phase = rule.phase;
  summary.message = chain.message;
  summary.severity = rule.severity;
  summary.tags = chain.tags;
  summary.file = rule.position.file;
  summary.line = rule.position.line;
  summary.paranoia_level = rule.paranoia_level;
  for (const RuleAst& link : chain.links) {
    if (!summary.text.empty()) summary.text += "\n";
    summary.text += link.text;
  }
  summaries_.push_back(std::move(summary));
}

void ProgramBuilder::linkPhases() {
  for (int phase = 1; phase <= kPhases; ++phase) {
    auto& list = program_->phases[static_cast<size_t>(phase)];
    std::vector<uint32_t> next_rule(elements_.size() + 1);  // first position at or after an element
    for (size_t i = 0; i < elements_.size(); ++i) {
      next_rule[i] = static_cast<uint32_t>(list.size());
      const int chain = elements_[i].chain;
      if (chain < 0) continue;
      Rule* rule = starters_[static_cast<size_t>(chain)];
      if (rule != nullptr && rule->phase == phase) list.push_back(rule);
    }
    next_rule[elements_.size()] = static_cast<uint32_t>(list.size());
    for (size_t i = 0; i < elements_.size(); ++i) {
      const int chain = elements_[i].chain;
      if (chain < 0) continue;
      Rule* rule = starters_[static_cast<size_t>(chain)];
      if (rule != nullptr && rule->phase == phase) resolveSkip(rule, i, elements_, next_rule);
    }
  }
  std::sort(program_->by_id.begin(), program_->by_id.end());
}

void ProgramBuilder::resolveSkip(Rule* rule, size_t position, const std::vector<Element>& elements,
                                 const std::vector<uint32_t>& next_rule) {
  for (Rule* link = rule; link != nullptr; link = link->next_link) {
    if (link->skip > 0) {
      const auto wanted = next_rule[position] + 1 + static_cast<uint32_t>(link->skip);
      rule->skip_target = std::min(wanted, next_rule.back());
    }
    if (link->skip_after.empty()) continue;
    // A marker of that name, or a rule whose id it is (ModSecurity takes both).
    size_t found = position + 1;
    for (; found < elements.size(); ++found) {
      const Element& element = elements[found];
      if (element.chain < 0 ? element.marker == link->skip_after
                            : std::to_string(chains_[static_cast<size_t>(element.chain)].id) ==
                                  link->skip_after) {
        break;
      }
    }
    if (found == elements.size()) {
      warning(link->position, "skipAfter: no marker " + link->skip_after +
                                  " follows; the rest of the phase is skipped");
    }
    rule->skip_target = next_rule[std::min(found + 1, elements.size())];
    if (rule->skip_target == 0) rule->skip_target = next_rule.back();
  }
}

void ProgramBuilder::resolveControls() {
  for (Rule& rule : program_->rules) {
    for (RuleAction& action : rule.actions) {
      auto* control = std::get_if<Control>(&action);
      if (control == nullptr || (control->kind != Control::Kind::RemoveRules &&
                                 control->kind != Control::Kind::RemoveTargets)) {
        continue;
      }
      control->rules.assign(program_->bitWords(), 0);
      if (control->selector.kind == RuleSelector::Kind::Ids) {
        for (const auto& [first, last] : control->selector.ids) {
          program_->markIds(first, last, &control->rules);
        }
        continue;
      }
      for (size_t i = 0; i < chains_.size(); ++i) {
        if (starters_[i] != nullptr && selects(control->selector, chains_[i], rule.position)) {
          setBit(&control->rules, starters_[i]->index);
        }
      }
    }
  }
}

}  // namespace waf
