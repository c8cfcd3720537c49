#include "waf/seclang/parser.h"

#include <algorithm>
#include <filesystem>

#include "waf/base/text.h"
#include "waf/seclang/actions.h"
#include "waf/seclang/lexer.h"
#include "waf/seclang/names.h"
#include "waf/seclang/targets.h"

namespace waf {
namespace {

// "@rx ^a", "!@rx ^a", "^a" (rx is the default), "!^a".
void parseOperator(std::string_view text, RuleAst* rule) {
  size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (at < text.size() && text[at] == '!') {
    rule->negated = true;
    ++at;
  }
  text.remove_prefix(at);
  if (text.empty() || text.front() != '@') {
    rule->operator_name = "rx";
    rule->operator_argument = text;
    return;
  }
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  rule->operator_name = text.substr(1, end - 1);
  const size_t argument = std::min(text.find_first_not_of(" \t", end), text.size());
  rule->operator_argument = text.substr(argument);
}

}  // namespace

bool parseIdRange(std::string_view text, std::pair<int64_t, int64_t>* out) {
  text = trim(text);
  const size_t dash = text.find('-');
  uint64_t first = 0;
  uint64_t last = 0;
  if (!parseUint64(trim(text.substr(0, dash)), &first)) return false;
  last = first;
  if (dash != std::string_view::npos && !parseUint64(trim(text.substr(dash + 1)), &last)) {
    return false;
  }
  constexpr uint64_t kMost = INT64_MAX;
  if (first > kMost || last > kMost || last < first) return false;
  *out = {static_cast<int64_t>(first), static_cast<int64_t>(last)};
  return true;
}

int parsePhase(std::string_view text) {
  if (text.size() == 1 && text[0] >= '1' && text[0] <= '5') return text[0] - '0';
  if (equalsIgnoreCase(text, "request")) return 2;
  if (equalsIgnoreCase(text, "response")) return 4;
  if (equalsIgnoreCase(text, "logging")) return 5;
  return 0;
}

void Parser::report(Diagnostic::Severity severity, std::string message) {
  if (diagnostics_->size() >= kMaxDiagnostics) return;
  if (!directive_.empty()) message = directive_ + ": " + message;
  diagnostics_->push_back(Diagnostic{severity, position_.file, position_.line, std::move(message)});
}

void Parser::error(std::string message) { report(Diagnostic::Severity::Error, std::move(message)); }

void Parser::warning(std::string message) {
  report(Diagnostic::Severity::Warning, std::move(message));
}

void Parser::parseText(std::string_view text, const std::string& display_name,
                       const std::string& folder) {
  const SourcePosition outer_position = position_;
  const std::string outer_folder = folder_;
  const std::string_view outer_text = line_text_;
  folder_ = folder;
  for (const LogicalLine& line : splitLogicalLines(text)) {
    position_ = SourcePosition{display_name, line.number};
    parseLine(line.text);
  }
  position_ = outer_position;
  folder_ = outer_folder;
  line_text_ = outer_text;
}

bool Parser::endsInActions(const Directive& directive) {
  return directive.handler == &Parser::secRule || directive.handler == &Parser::secAction ||
         directive.handler == &Parser::secDefaultAction ||
         directive.handler == &Parser::updateActionById;
}

void Parser::parseLine(std::string_view line) {
  Words words;
  std::string failure;
  line_text_ = line;
  directive_.clear();
  if (line.find('\0') != std::string_view::npos) {
    return error("the line holds a NUL byte; write \\x00 where a pattern means one");
  }
  directive_ = std::string(line.substr(0, std::min(line.find_first_of(" \t\""), line.size())));
  const Split split = splitWords(line, &words, &failure);
  const Directive* directive = words.empty() ? nullptr : findDirective(words.front());
  // ModSecurity reads a list of actions to the end of the line when its quote is not closed.
  const bool open_actions = split == Split::OpenQuote && directive != nullptr &&
                            endsInActions(*directive) && words.size() == directive->most + 1;
  if (split != Split::Complete && !open_actions) return error(failure);
  if (open_actions) warning("the quote of its actions is not closed; they end with the line");
  directive_ = words.front().substr(0, 80);
  if (directive == nullptr) {
    if (!directive_.empty() && directive_.front() == '<') {
      return error("sections of the web server are not supported; remove the line and its end");
    }
    NearestName nearest(words.front());
    for (const Directive& known : directives()) nearest.consider(known.name);
    return error("unknown directive; the nearest known one is " + std::string(nearest.best()));
  }
  directive_ = directive->name;
  // An unquoted path with blanks, as ModSecurity takes it.
  if (directive->handler == &Parser::unicodeMapFile && words.size() > 3) {
    while (words.size() > 3) {
      words[1] += " " + words[2];
      words.erase(words.begin() + 2);
    }
  }
  // A comment behind the arguments, as ModSecurity v3 takes it.
  if (words.size() > directive->most + 1 && words[directive->most + 1].starts_with("#")) {
    words.resize(directive->most + 1);
  }
  const size_t count = words.size() - 1;
  if (count < directive->least) return error("an argument is missing");
  if (count > directive->most) {
    return error("too many arguments: \"" + words[directive->most + 1].substr(0, 80) +
                 "\"; put one that holds blanks into quotes");
  }
  (this->*directive->handler)(words);
}

void Parser::secRule(const Words& words) {
  RuleAst rule;
  auto targets = parseTargets(words[1]);
  if (!targets) return error(targets.error().message);
  rule.targets = std::move(*targets);
  parseOperator(words[2], &rule);
  addRule(std::move(rule), words.size() > 3 ? words[3] : std::string());
}

void Parser::secAction(const Words& words) {
  RuleAst rule;
  rule.unconditional = true;
  addRule(std::move(rule), words[1]);
}

void Parser::addRule(RuleAst rule, const std::string& actions) {
  if (++rules_ > kMaxRules) {
    if (rules_ == kMaxRules + 1) error("more than " + std::to_string(kMaxRules) + " rules");
    return;
  }
  auto parsed = parseActions(actions);
  if (!parsed) return error(parsed.error().message);
  rule.position = position_;
  rule.folder = folder_;
  rule.text = line_text_;
  rule.from_base = base_;
  rule.actions = std::move(*parsed);
  document_->elements.emplace_back(std::move(rule));
}

void Parser::secMarker(const Words& words) {
  document_->elements.emplace_back(MarkerAst{words[1]});
}

void Parser::secDefaultAction(const Words& words) {
  auto parsed = parseActions(words[1]);
  if (!parsed) return error(parsed.error().message);
  DefaultActionAst defaults;
  defaults.position = position_;
  defaults.phase = 0;
  bool disruptive = false;
  for (const ActionAst& action : *parsed) {
    if (action.name == "phase") {
      defaults.phase = parsePhase(action.value);
      if (defaults.phase == 0) return error("phase: \"" + action.value + "\" is not a phase");
      continue;
    }
    if (action.name == "t" && equalsIgnoreCase(action.value, "none")) {
      return error("t:none is not suitable for a default action");
    }
    const ActionInfo* info = findAction(action.name);
    const bool tag = action.name == "tag";
    if ((info->kind == ActionKind::MetaData && !tag) || info->kind == ActionKind::Flow) {
      return error(action.name + " is not suitable for a default action");
    }
    disruptive |= info->kind == ActionKind::Disruptive && action.name != "block";
    defaults.actions.push_back(action);
  }
  if (defaults.phase == 0) return error("a phase is missing; write phase:1 or another one");
  if (!disruptive) return error("a disruptive action is missing; add pass, deny or another one");
  if (std::count(default_phases_.begin(), default_phases_.end(), defaults.phase) > 0) {
    return error("phase " + std::to_string(defaults.phase) +
                 " has its default action already; it can be given once");
  }
  default_phases_.push_back(defaults.phase);
  document_->elements.emplace_back(std::move(defaults));
}

std::string Parser::resolve(const std::string& path) const {
  if (path.empty() || path.front() == '/' || folder_.empty()) return path;
  return folder_ + "/" + path;
}

std::string Parser::displayName(const std::string& path) const {
  if (!display_root_.empty() && path.size() > display_root_.size() + 1 &&
      path.compare(0, display_root_.size(), display_root_) == 0 &&
      path[display_root_.size()] == '/') {
    return path.substr(display_root_.size() + 1);
  }
  return path;
}

}  // namespace waf
