#pragma once

#include <functional>

#include "waf/engine/program.h"
#include "waf/engine/rule_set.h"

namespace waf {

// Puts the rules of a program that look at the same values in the same way (phase, exact targets,
// forms) into groups and compiles each group's shared scan. A rule may join when its values cannot
// change while the phase runs and its operator can say which patterns it looks for. False when
// `progress` cancelled.
bool compileRuleGroups(Program* program, const RuleSetOptions& options,
                       const RuleSet::Progress& progress);

}  // namespace waf
