#include "tests/waf/support/matches.h"

namespace waf {

std::vector<std::string> matchesOf(const std::shared_ptr<const RuleSet>& rules,
                                   const TestRequest& request, bool verdict_cache) {
  Policy policy;
  policy.verdict_cache = verdict_cache;
  std::vector<std::string> out;
  for (const MatchedRule& rule : runRequest(rules, request, policy).rules) {
    out.push_back(std::to_string(rule.id) + " " + rule.variable + " " + rule.value);
  }
  return out;
}

}  // namespace waf
