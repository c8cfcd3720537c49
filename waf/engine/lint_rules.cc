// Rules that can never match by what they say themselves: they ask too early, for a count that is
// always the same, or a chain asks one value to be two things; and those that see less than they
// look as if they did.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "waf/base/text.h"
#include "waf/engine/lint.h"

namespace waf {
namespace {

// What the links of a chain ask of one value.
struct Demands {
  std::optional<std::string> text;
  std::set<std::string> not_texts;
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;
  std::optional<int64_t> not_number;

  bool possible() const {
    if (text && not_texts.count(*text) > 0) return false;
    if (least > most) return false;
    return !(not_number && least == most && least == *not_number);
  }
};

// The value that a link looks at, when it is a single one that stays what it is and is compared
// untransformed; "" otherwise.
std::string singleValue(const Rule& link) {
  if (link.unconditional || link.targets.size() != 1 || link.form != 0 || link.multi_match ||
      link.argument_has_macro) {
    return {};
  }
  const Target& target = link.targets.front();
  const bool scalar = variableInfo(target.variable).kind == VariableKind::Scalar;
  if (!isStable(target.variable) || (!scalar && !target.count)) return {};
  return (target.count ? "&" : "") + std::string(variableName(target.variable)) +
         (target.selector.written.empty() ? "" : ":" + toLower(target.selector.written));
}

// False when the two demands cannot both be met.
bool addText(const std::string& argument, bool negated, Demands* demands) {
  if (negated) {
    demands->not_texts.insert(argument);
  } else if (demands->text && *demands->text != argument) {
    return false;
  } else {
    demands->text = argument;
  }
  return demands->possible();
}

void addNumber(const std::string& name, int64_t number, bool negated, Demands* demands) {
  const auto atLeast = [&](int64_t value) { demands->least = std::max(demands->least, value); };
  const auto atMost = [&](int64_t value) { demands->most = std::min(demands->most, value); };
  if (name == "eq" && negated) demands->not_number = number;
  if (name == "eq" && !negated) atLeast(number), atMost(number);
  if (name == (negated ? "lt" : "ge")) atLeast(number);
  if (name == (negated ? "le" : "gt")) atLeast(number + 1);
  if (name == (negated ? "gt" : "le")) atMost(number);
  if (name == (negated ? "ge" : "lt")) atMost(number - 1);
}

bool addDemand(const Rule& link, const RuleAst& ast, Demands* demands) {
  const std::string name = toLower(link.operator_name);
  if (name == "streq") return addText(ast.operator_argument, link.negated, demands);
  uint64_t number = 0;
  if (!parseUint64(trim(ast.operator_argument), &number) || number > INT32_MAX) return true;
  addNumber(name, static_cast<int64_t>(number), link.negated, demands);
  return demands->possible();
}

void lintChain(const LintedRule& linted, std::vector<Diagnostic>* out) {
  std::map<std::string, Demands> demands;
  size_t index = 0;
  for (const Rule* link = linted.rule; link != nullptr; link = link->next_link, ++index) {
    const std::string value = singleValue(*link);
    if (value.empty() || addDemand(*link, (*linted.links)[index], &demands[value])) continue;
    return warn(out, link->position,
                "the chain can never match: no " + value + " meets both " + link->condition +
                    " and what an earlier link asks");
  }
}

// "Is it not there?" of a variable that is there from phase 1 on, if with an empty value.
void lintCount(const Rule& link, const RuleAst& ast, std::vector<Diagnostic>* out) {
  if (link.unconditional || link.targets.size() != 1 || link.argument_has_macro) return;
  const Target& target = link.targets.front();
  if (!target.count || target.variable == VariableId::RemoteUser ||
      variableInfo(target.variable).kind != VariableKind::Scalar) {
    return;
  }
  Demands one{.least = 1, .most = 1};
  if (addDemand(link, ast, &one)) return;
  const std::string name(variableName(target.variable));
  warn(out, link.position,
       "can never match: &" + name + " is always 1; ask for an empty value: " + name +
           " \"@streq \"");
}

// What a client sends as JSON where a form is expected passes such a rule by.
void lintForms(const Rule& link, std::vector<Diagnostic>* out) {
  const auto looksAt = [&](VariableId id, bool whole) {
    return std::any_of(link.targets.begin(), link.targets.end(), [&](const Target& target) {
      return target.variable == id && !target.count &&
             (!whole || target.selector.kind == SelectorAst::Kind::All);
    });
  };
  for (const auto& [form, every] : {std::pair{VariableId::ArgsPost, VariableId::Args},
                                    {VariableId::ArgsPostNames, VariableId::ArgsNames}}) {
    if (link.phase < firstPhaseOf(form) || !looksAt(form, true) || looksAt(every, false)) continue;
    warn(out, link.position,
         std::string(variableName(form)) +
             " has the fields of forms, not what JSON or XML holds; add " +
             std::string(variableName(every)));
  }
}

void lintPhase(const Rule& link, std::vector<Diagnostic>* out) {
  std::string late;
  int phase = 0;
  size_t late_targets = 0;
  for (const Target& target : link.targets) {
    if (firstPhaseOf(target.variable) <= link.phase) continue;
    ++late_targets;
    phase = std::max(phase, firstPhaseOf(target.variable));
    if (!late.empty()) late += ", ";
    late += variableName(target.variable);
  }
  if (late_targets == 0) return;
  const bool never = late_targets == link.targets.size() &&
                     std::none_of(link.targets.begin(), link.targets.end(),
                                  [](const Target& target) { return target.count; }) &&
                     !link.negated;
  warn(out, link.position,
       std::string(never ? "can never match: " : "") + late + " is filled in phase " +
           std::to_string(phase) + " and the rule runs in phase " + std::to_string(link.phase) +
           "; write phase:" + std::to_string(phase));
}

void lintOperator(const Rule& link, const Settings& settings, std::vector<Diagnostic>* out) {
  if (link.unconditional || link.negated) return;
  if (equalsIgnoreCase(link.operator_name, "noMatch")) {
    warn(out, link.position, "can never match: @noMatch");
  } else if (link.sets_geo && settings.geo_database.empty()) {
    warn(out, link.position,
         "can never match: @geoLookup without a database; name one with SecGeoLookupDb");
  } else if (equalsIgnoreCase(link.operator_name, "rbl") && settings.http_bl_key.empty() &&
             toLower(link.condition).find("httpbl.org") != std::string::npos) {
    warn(out, link.position,
         "can never match: @rbl of httpbl.org without a key; give one with SecHttpBlKey");
  }
}

}  // namespace

int firstPhaseOf(VariableId id) {
  switch (id) {
    case VariableId::ArgsPost:
    case VariableId::ArgsPostNames:
    case VariableId::Files:
    case VariableId::FilesCombinedSize:
    case VariableId::FilesNames:
    case VariableId::FilesSizes:
    case VariableId::FilesTmpContent:
    case VariableId::FilesTmpNames:
    case VariableId::MultipartBoundaryQuoted:
    case VariableId::MultipartBoundaryWhitespace:
    case VariableId::MultipartCrlfLfLines:
    case VariableId::MultipartDataAfter:
    case VariableId::MultipartDataBefore:
    case VariableId::MultipartFileLimitExceeded:
    case VariableId::MultipartFileName:
    case VariableId::MultipartHeaderFolding:
    case VariableId::MultipartInvalidHeaderFolding:
    case VariableId::MultipartInvalidPart:
    case VariableId::MultipartInvalidQuoting:
    case VariableId::MultipartLfLine:
    case VariableId::MultipartMissingSemicolon:
    case VariableId::MultipartName:
    case VariableId::MultipartPartHeaders:
    case VariableId::MultipartStrictError:
    case VariableId::MultipartUnmatchedBoundary:
    case VariableId::ReqbodyError:
    case VariableId::ReqbodyErrorMsg:
    case VariableId::ReqbodyProcessorError:
    case VariableId::ReqbodyProcessorErrorMsg:
    case VariableId::RequestBody:
    case VariableId::RequestBodyLength:
    case VariableId::Xml:
      return 2;
    case VariableId::ResponseContentType:
    case VariableId::ResponseHeaders:
    case VariableId::ResponseHeadersNames:
    case VariableId::ResponseProtocol:
    case VariableId::ResponseStatus:
    case VariableId::StatusLine:
      return 3;
    case VariableId::ResponseBody:
    case VariableId::ResponseContentLength:
      return 4;
    default:
      return 1;
  }
}

void lintRules(const LintInput& input, std::vector<Diagnostic>* out) {
  for (const LintedRule& linted : input.rules) {
    if (linted.rule == nullptr || linted.base) continue;
    size_t index = 0;
    for (const Rule* link = linted.rule; link != nullptr; link = link->next_link, ++index) {
      lintPhase(*link, out);
      lintForms(*link, out);
      lintCount(*link, (*linted.links)[index], out);
      lintOperator(*link, input.program.settings, out);
    }
    lintChain(linted, out);
  }
}

std::vector<Diagnostic> lint(const LintInput& input) {
  std::vector<Diagnostic> out;
  lintRules(input, &out);
  lintReach(input, &out);
  lintExclusions(input, &out);
  lintPatterns(input, &out);
  return out;
}

}  // namespace waf
