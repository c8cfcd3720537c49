#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "waf/base/result.h"
#include "waf/engine/value.h"
#include "waf/regex/regex.h"
#include "waf/seclang/ast.h"

namespace waf {

// Which values of a variable: all of them, those of one name (case ignored), those whose name
// matches. Immutable.
struct Selector {
  SelectorAst::Kind kind = SelectorAst::Kind::All;
  std::string name;     // lower case; an XPath or a pattern as written
  std::string written;  // as the rule has it
  uint32_t hash = 0;
  std::shared_ptr<const Regex> pattern;
  std::string prefix;  // lower case, of a pattern that is "^" and this text; else empty
  std::string needed;  // lower case, what every match of a pattern begins with; else empty

  static Result<Selector> compile(const SelectorAst& ast);

  // For choosing values: a pattern that runs into its limit chooses.
  bool selects(const Value& value) const { return matches(value, true); }
  // For leaving values out: a pattern that runs into its limit does not.
  bool excludes(const Value& value) const { return matches(value, false); }

 private:
  bool matches(const Value& value, bool on_limit) const;
};

// A target that a rule does not look at: "!ARGS:id" in the rule or an update,
// ctl:ruleRemoveTarget…, a site's exclusion.
struct Exclusion {
  VariableId variable = VariableId::Args;
  Selector selector;

  static Result<Exclusion> compile(const TargetAst& ast);

  // Whether a target over `target` can have values that this leaves out.
  bool concerns(VariableId target) const { return variable == target; }
  bool applies(VariableId target, const Value& value) const {
    return concerns(target) && selector.excludes(value);
  }
};

}  // namespace waf
