#pragma once

#include <string_view>
#include <vector>

#include "waf/base/result.h"
#include "waf/seclang/ast.h"

namespace waf {

// What an action does, and so where it may stand.
enum class ActionKind : uint8_t {
  MetaData,        // id, msg, tag, severity, …
  Disruptive,      // deny, drop, redirect, allow, pass, block, proxy
  DisruptiveData,  // status, …: what a disruptive one needs
  Flow,            // chain, skip, skipAfter
  NonDisruptive,   // setvar, ctl, capture, log, …
};

enum class ActionValue : uint8_t { None, Optional, Required };

struct ActionInfo {
  std::string_view name;  // lower case
  ActionKind kind;
  ActionValue value;
};

// By lower-case name; null when there is none.
const ActionInfo* findAction(std::string_view name);

// The action list of a rule: "id:1,phase:2,msg:'it''s',t:none". Names are looked up, values only
// split off.
Result<std::vector<ActionAst>> parseActions(std::string_view text);

}  // namespace waf
