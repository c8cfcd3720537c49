#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "waf/engine/program.h"
#include "waf/engine/rule_set.h"
#include "waf/seclang/ast.h"

namespace waf {

// A chain as written, with what became of it.
struct LintedRule {
  int64_t id = 0;
  int phase = 2;
  size_t element = 0;  // place in the document's reading order
  SourcePosition position;
  const std::vector<RuleAst>* links = nullptr;
  const Rule* rule = nullptr;           // null when it was removed
  const RemovalAst* removal = nullptr;  // what removed it
  bool base = false;                    // of our base text: exclusions may mean it
};

// A rule set that loaded, for the checks below. All pointers outlive the call.
struct LintInput {
  const Program& program;
  const Document& document;
  std::vector<LintedRule> rules;  // as written
  // Whether a selector of SecRuleRemove…, SecRuleUpdate… or ctl: means the rule with this index.
  std::function<bool(const RuleSelector&, size_t)> selects;
};

// What is no error and yet hardly meant: rules that cannot match or are never reached, exclusions
// that exclude nothing, patterns that cost much. Used by `rules check`, on one thread, at load.
std::vector<Diagnostic> lint(const LintInput& input);

// Its parts.
void lintRules(const LintInput& input, std::vector<Diagnostic>* out);
void lintReach(const LintInput& input, std::vector<Diagnostic>* out);
void lintExclusions(const LintInput& input, std::vector<Diagnostic>* out);
void lintPatterns(const LintInput& input, std::vector<Diagnostic>* out);

// The phase in which a variable is first filled.
int firstPhaseOf(VariableId id);

inline void warn(std::vector<Diagnostic>* out, const SourcePosition& at, std::string message) {
  out->push_back({Diagnostic::Severity::Warning, at.file, at.line, std::move(message)});
}

}  // namespace waf
