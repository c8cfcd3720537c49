// Patterns that cost much, measured: each @rx is searched for in texts that repeat one of its own
// characters and then break off, which is what makes a nested repetition backtrack, and long ones
// are compiled for Hyperscan.
#include <chrono>
#include <set>

#include "waf/base/clock.h"
#include "waf/base/text.h"
#include "waf/engine/lint.h"
#include "waf/scan/pattern_database.h"

namespace waf {
namespace {

// Growing, so that what takes the fourth power of a text's length is found before it takes hours.
constexpr size_t kTextBytes[] = {100, 300, 1000, 3000};
constexpr size_t kMaxRepeated = 24;  // characters tried for a pattern
constexpr auto kSlowSearch = std::chrono::milliseconds(50);
constexpr auto kSlowCompile = std::chrono::milliseconds(1000);
constexpr size_t kLongPattern = 1000;

bool isLiteral(char c) {
  return std::string_view("\\^$.|?*+()[]{}").find(c) == std::string_view::npos;
}

// What a match must begin with, as far as that is plain text.
std::string literalPrefix(std::string_view pattern) {
  std::string prefix;
  size_t at = pattern.starts_with('^') ? 1 : 0;
  for (; at < pattern.size() && isLiteral(pattern[at]); ++at) prefix.push_back(pattern[at]);
  if (at < pattern.size() && std::string_view("?*{|").find(pattern[at]) != std::string_view::npos) {
    if (pattern[at] == '|') return {};
    if (!prefix.empty()) prefix.pop_back();
  }
  return prefix;
}

std::set<char> repeatedCharacters(std::string_view pattern) {
  std::set<char> out{'a', '0', ' ', '<', '\t', '='};
  for (const char c : pattern) {
    if (out.size() >= kMaxRepeated) break;
    if (isLiteral(c)) out.insert(c);
  }
  return out;
}

std::string shown(char c) {
  if (c > ' ' && c != '"') return std::string(1, c);
  return "byte " + std::to_string(static_cast<unsigned char>(c));
}

std::string milliseconds(MonotonicTime::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

// What a search of one text costs; "" for little.
std::string costOf(const Regex& regex, const std::string& text, uint32_t match_limit) {
  const MonotonicTime start = Clock::system().monotonic();
  const RegexStatus status = regex.search(text, 0, nullptr);
  const auto took = Clock::system().monotonic() - start;
  if (status == RegexStatus::LimitExceeded) {
    return "reaches SecPcreMatchLimit (" + std::to_string(match_limit) + " steps) after " +
           milliseconds(took);
  }
  return took < kSlowSearch ? std::string() : "takes " + milliseconds(took);
}

void checkSearch(const RuleAst& ast, uint32_t match_limit, std::vector<Diagnostic>* out) {
  RegexOptions options;
  options.match_limit = match_limit;
  const auto regex = Regex::compile(ast.operator_argument, options);
  if (!regex) return;
  const std::string prefix = literalPrefix(ast.operator_argument);
  for (const size_t bytes : kTextBytes) {
    for (const char c : repeatedCharacters(ast.operator_argument)) {
      const std::string text = prefix + std::string(bytes, c) + '\x01';
      const std::string cost = costOf(*regex, text, match_limit);
      if (cost.empty()) continue;
      return warn(out, ast.position,
                  "@rx: backtracks: on " + std::to_string(text.size()) + " bytes of \"" + shown(c) +
                      "\" it " + cost + "; avoid a repetition within a repetition");
    }
  }
}

void checkCompile(const Rule& link, std::vector<Diagnostic>* out) {
  if (!PatternDatabase::isSupported() || link.op == nullptr) return;
  for (const Operator::ScanPattern& pattern : link.op->scanPatterns()) {
    if (pattern.literal || pattern.pattern.size() < kLongPattern) continue;
    const MonotonicTime start = Clock::system().monotonic();
    const bool compiles = PatternDatabase::compile({{pattern.pattern, 0}}).has_value();
    const auto took = Clock::system().monotonic() - start;
    if (took < kSlowCompile) continue;
    warn(out, link.position,
         "@rx: compiling its " + std::to_string(pattern.pattern.size()) +
             " bytes for the shared scan takes " + milliseconds(took) +
             (compiles ? "" : ", and they are too large for it: PCRE2 alone runs it") +
             "; split the pattern");
  }
}

bool isRegex(const RuleAst& ast) {
  return !ast.unconditional && (equalsIgnoreCase(ast.operator_name, "rx") ||
                                equalsIgnoreCase(ast.operator_name, "rxGlobal"));
}

}  // namespace

void lintPatterns(const LintInput& input, std::vector<Diagnostic>* out) {
  std::set<std::string> seen;
  for (const LintedRule& linted : input.rules) {
    if (linted.base) continue;
    const Rule* link = linted.rule;
    for (size_t i = 0; link != nullptr; link = link->next_link, ++i) {
      const RuleAst& ast = (*linted.links)[i];
      if (!isRegex(ast) || link->argument_has_macro) continue;
      if (!seen.insert(ast.operator_argument).second) continue;
      checkSearch(ast, input.program.settings.pcre_match_limit, out);
      checkCompile(*link, out);
    }
  }
}

}  // namespace waf
