#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"
#include "waf/seclang/ast.h"

namespace waf {

// The variable list of a SecRule: "ARGS|!ARGS:id|&TX:/^a|b/|XML:/*". Errors name the part that is
// wrong.
Result<std::vector<TargetAst>> parseTargets(std::string_view text);

// One target, as ctl:ruleRemoveTargetById and site exclusions name it ("ARGS:id"); no "!" or "&".
Result<TargetAst> parseTarget(std::string_view text);

}  // namespace waf
