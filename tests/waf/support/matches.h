#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/waf/support/engine_harness.h"

namespace waf {

// What a request matches, in order: "942100 ARGS:id 1' OR 1=1".
std::vector<std::string> matchesOf(const std::shared_ptr<const RuleSet>& rules,
                                   const TestRequest& request, bool verdict_cache);

}  // namespace waf
