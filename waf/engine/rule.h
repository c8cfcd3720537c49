#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "waf/engine/macro.h"
#include "waf/engine/selector.h"
#include "waf/operators/operator.h"
#include "waf/seclang/ast.h"

namespace waf {

// One bit per rule of a program, by Rule::index. Sets of groups and slots are kept alike.
using RuleBits = std::vector<uint64_t>;

inline bool testBit(const RuleBits& bits, size_t index) {
  return (bits[index / 64] >> (index % 64)) & 1u;
}
inline bool testBit(const uint64_t* bits, size_t index) {
  return (bits[index / 64] >> (index % 64)) & 1u;
}
inline void setBit(RuleBits* bits, size_t index) {
  (*bits)[index / 64] |= uint64_t{1} << (index % 64);
}
// Both have the same size.
inline bool intersects(const RuleBits& a, const RuleBits& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if ((a[i] & b[i]) != 0) return true;
  }
  return false;
}

// A target of a rule, resolved: what it selects and what is left out of it.
struct Target {
  VariableId variable = VariableId::Args;
  Selector selector;
  bool count = false;
  int tx_slot = -1;  // TX:name
  // TX:/pattern/: a bit for each TX name that the set mentions, whether the pattern finds it.
  std::vector<uint64_t> tx_selected;
  std::vector<Exclusion> exclusions;
};

// setvar:tx.score=+5 and its like, setenv, expirevar, deprecatevar.
struct Assignment {
  enum class Kind { Set, Add, Subtract, Remove, Expire, Deprecate };
  Kind kind = Kind::Set;
  VariableId collection = VariableId::Tx;
  Macro name;
  int tx_slot = -1;  // when the name holds no macro
  Macro value;
};

// initcol:ip=%{REMOTE_ADDR}, setsid, setuid, setrsc.
struct CollectionStart {
  VariableId collection = VariableId::Ip;
  Macro key;
};

// ctl:auditEngine: whether this transaction is logged without a refusal.
enum class AuditMode : uint8_t { Off, Relevant, On };

// ctl:auditLogParts, as far as an event has the part; unset: as it was.
struct AuditParts {
  std::optional<bool> headers;  // B
  std::optional<bool> body;     // C, I
};

// ctl:… resolved at load: rules are found once, not at every request.
struct Control {
  enum class Kind {
    RuleEngine,
    RequestBodyAccess,
    RequestBodyLimit,
    ResponseBodyAccess,
    ResponseBodyLimit,
    BodyProcessor,
    ForceRequestBodyVariable,
    AuditEngine,
    AuditParts,
    RemoveRules,
    RemoveTargets,
    XmlArguments,
    NoEffect,
  };
  Kind kind = Kind::NoEffect;
  EngineMode mode = EngineMode::On;
  bool on = false;
  size_t limit = 0;
  waf::XmlArguments xml_arguments = waf::XmlArguments::Off;
  AuditMode audit = AuditMode::Relevant;
  AuditParts parts;
  std::string processor;
  std::string text;  // "ruleRemoveById=942100", as written
  RuleSelector selector;
  Exclusion target;
  RuleBits rules;  // those that the selector finds
};

// sanitiseArg and its like: what must not be shown in logs.
struct Sanitise {
  enum class Kind { Argument, Cookie, RequestHeader, ResponseHeader, Matched, MatchedBytes };
  Kind kind = Kind::Argument;
  std::string name;
  size_t shown_first = 0;  // sanitiseMatchedBytes:1/4 leaves so many bytes of the match
  size_t shown_last = 0;
};

using RuleAction = std::variant<Assignment, CollectionStart, Control, Sanitise>;

enum class DisruptiveKind : uint8_t {
  None,
  Pass,
  Deny,
  Drop,
  Redirect,
  Allow,
  AllowPhase,
  AllowRequest
};

struct Disruptive {
  DisruptiveKind kind = DisruptiveKind::None;
  int status = 0;  // 0: the action's default
  Macro redirect;
};

// One SecRule or SecAction, resolved: defaults merged, updates applied, links of a chain hung on.
// Owned by its program, immutable.
struct Rule {
  uint32_t index = 0;  // of the chain's starter, in load order
  int64_t id = 0;      // of the chain's starter
  int phase = 2;
  int paranoia_level = 0;  // from the chain's tag paranoia-level/N, 0 when absent
  SourcePosition position;

  bool unconditional = false;
  std::vector<Target> targets;
  std::unique_ptr<Operator> op;
  std::string operator_name;
  std::string condition;    // "!@rx ^a$", for a trace: cut
  bool counted_rx = false;  // an @rx of the set itself, for its statistics
  bool negated = false;
  Macro argument;
  bool argument_has_macro = false;

  uint16_t form = 0;                // node of the transformation trie
  std::vector<uint16_t> all_forms;  // multiMatch: the untransformed value and each step
  bool multi_match = false;
  bool capture = false;
  // A regular expression over targets that leave some of their values out.
  bool asks_in_turn = false;

  std::vector<RuleAction> actions;
  Disruptive disruptive;
  bool log = true;
  bool audit_log = true;
  int skip = 0;
  std::string skip_after;
  uint32_t skip_target =
      0;  // position in the phase's list to go on at, for skip and skipAfter; 0: none

  Macro message;
  Macro data;
  std::string severity;
  int severity_level = 8;  // 0 (emergency) to 7 (debug), 8: none
  std::vector<Macro> tags;
  std::string revision;
  std::string version;
  std::string maturity;
  std::string accuracy;
  std::vector<std::pair<std::string, std::string>> namespaces;  // xmlns

  Rule* next_link = nullptr;  // of the chain
  bool in_chain = false;      // has links or is one
  bool is_starter = true;     // false for a link
  bool sets_geo = false;      // @geoLookup
  int32_t group = -1;         // whose shared scan tells whether it can match; -1: always evaluated
  uint32_t group_slot = 0;    // within the group
  // The program's slot that the scan of its group clears; that of the whole group when the rule's
  // bit is in the group's area.
  uint32_t hit_slot = 0;
  int32_t area = -1;  // where the bit `group_slot` is the rule's; -1: it is not in an area
  // The program's slot whose bit says of a content that the rule may match it, with its bit in an
  // area; -1: nothing is kept. A rule whose operator is negated has a slot of its own for this,
  // since a scan that does not find the operator's pattern says the contrary of it.
  int32_t verdict_slot = -1;
};

}  // namespace waf
