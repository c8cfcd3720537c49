// @rx PATTERN: the pattern (PCRE) matches somewhere in the value; groups become TX.0 … TX.9.
// @rxGlobal PATTERN: the same, and the groups of every match follow one another while there is
// room.
//
//   SecRule ARGS "@rx (?i)union\s+select" "id:1,phase:2,capture,deny"
//
// With a macro in the argument the pattern is known only at request time: each thread keeps the few
// it compiled last.

#include <algorithm>
#include <list>

#include "waf/operators/gate_patterns.h"
#include "waf/operators/operator_makers.h"
#include "waf/regex/regex.h"
#include "waf/regex/scan_syntax.h"

namespace waf {
namespace {

// Patterns with macros. One that is longer, or does not compile, leaves the answer open
// (limit_exceeded), because the request may have had a hand in it.
constexpr size_t kMaxExpandedPattern = 16 * 1024;
constexpr size_t kMaxCachedPatterns = 32;

struct CachedPattern {
  std::string pattern;
  RegexOptions options;
  std::unique_ptr<Regex> regex;  // null when it does not compile
};

const Regex* compileCached(std::string_view pattern, const RegexOptions& options) {
  if (pattern.size() > kMaxExpandedPattern) return nullptr;
  thread_local std::list<CachedPattern> cache;  // the last used first
  const auto same = [&](const CachedPattern& entry) {
    return entry.pattern == pattern && entry.options.match_limit == options.match_limit &&
           entry.options.recursion_limit == options.recursion_limit;
  };
  const auto known = std::find_if(cache.begin(), cache.end(), same);
  if (known != cache.end()) {
    cache.splice(cache.begin(), cache, known);
    return cache.front().regex.get();
  }
  auto compiled = Regex::compile(pattern, options);
  if (cache.size() >= kMaxCachedPatterns) cache.pop_back();
  cache.push_front(
      {std::string(pattern), options,
       compiled ? std::make_unique<Regex>(*std::move(compiled)) : std::unique_ptr<Regex>()});
  return cache.front().regex.get();
}

void appendCaptures(std::string_view value, const RegexMatch& groups, OperatorMatch& match) {
  for (size_t i = 0; i < groups.count && match.capture_count < match.captures.size(); ++i) {
    match.captures[match.capture_count++] =
        value.substr(groups.groups[i].offset, groups.groups[i].length);
  }
}

bool findFirst(const Regex& regex, std::string_view value, OperatorMatch& match) {
  RegexMatch groups;
  const RegexStatus status = regex.search(value, 0, &groups);
  match.limit_exceeded = status == RegexStatus::LimitExceeded;
  if (status != RegexStatus::Match) return false;
  match.offset = groups.groups[0].offset;
  match.length = groups.groups[0].length;
  appendCaptures(value, groups, match);
  return true;
}

// Further matches matter only for their groups, so the search ends when the captures are full.
bool findAll(const Regex& regex, std::string_view value, OperatorMatch& match) {
  if (!findFirst(regex, value, match)) return false;
  size_t offset = match.offset + match.length;
  while (match.capture_count < match.captures.size() && offset <= value.size()) {
    RegexMatch groups;
    const RegexStatus status = regex.searchNotEmptyAt(value, offset, &groups);
    match.limit_exceeded = status == RegexStatus::LimitExceeded;
    if (status != RegexStatus::Match) break;
    if (groups.groups[0].length != 0) appendCaptures(value, groups, match);
    offset = groups.groups[0].offset + std::max<size_t>(groups.groups[0].length, 1);
  }
  return true;
}

class RxOperator final : public Operator {
 public:
  using Find = bool (*)(const Regex& regex, std::string_view value, OperatorMatch& match);

  RxOperator(const OperatorSpec& spec, const RegexOptions& options, std::unique_ptr<Regex> regex,
             Find find)
      : pattern_(spec.argument), options_(options), regex_(std::move(regex)), find_(find) {}

  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    const Regex* regex = regex_ != nullptr ? regex_.get() : compileCached(argument, options_);
    if (regex == nullptr) {
      match.limit_exceeded = true;
      return false;
    }
    return find_(*regex, value, match);
  }

  std::vector<ScanPattern> scanPatterns() const override {
    if (regex_ == nullptr) return {};
    const ScanSyntax syntax = analyseForScan(pattern_);
    if (!syntax.scannable) {
      auto gates = gatePatterns(pattern_);
      return gates.empty() ? std::vector<ScanPattern>() : std::move(gates.front());
    }
    return {ScanPattern{.pattern = pattern_, .joinable = syntax.joinable}};
  }

 private:
  std::string pattern_;
  RegexOptions options_;
  std::unique_ptr<Regex> regex_;  // null when the pattern holds a macro
  Find find_;
};

OperatorResult make(const OperatorSpec& spec, RxOperator::Find find) {
  const RegexOptions options{.match_limit = spec.environment.match_limit,
                             .recursion_limit = spec.environment.recursion_limit};
  std::unique_ptr<Regex> regex;
  if (!spec.has_macro) {
    auto compiled = Regex::compile(spec.argument, options);
    if (!compiled) return operatorError(spec, compiled.error().message);
    regex = std::make_unique<Regex>(*std::move(compiled));
  }
  return makeOperator<RxOperator>(spec, options, std::move(regex), find);
}

}  // namespace

OperatorResult makeRx(const OperatorSpec& spec) { return make(spec, findFirst); }

OperatorResult makeRxGlobal(const OperatorSpec& spec) { return make(spec, findAll); }

}  // namespace waf
