#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "waf/seclang/settings.h"
#include "waf/seclang/variables.h"

namespace waf {

struct SourcePosition {
  std::string file;  // as diagnostics show it
  int line = 0;
};

// The part after the variable's name: ARGS:id, ARGS:/^id/, XML:/xpath.
struct SelectorAst {
  enum class Kind { All, Name, Regex, XPath };
  Kind kind = Kind::All;
  std::string text;
};

struct TargetAst {
  VariableId variable = VariableId::Args;
  SelectorAst selector;
  bool count = false;    // &ARGS
  bool exclude = false;  // !ARGS:id
  std::string text;      // as written
};

struct ActionAst {
  std::string name;  // lower case
  std::string value;
  bool has_value = false;
};

// SecRule and SecAction.
struct RuleAst {
  SourcePosition position;
  std::string text;
  std::string folder;  // of the file, for data files
  bool unconditional = false;
  std::vector<TargetAst> targets;
  std::string operator_name;
  std::string operator_argument;
  bool negated = false;
  std::vector<ActionAst> actions;
  bool from_base = false;  // of our built-in base text: gives way to the set's own rule of that id
};

struct MarkerAst {
  std::string name;
};

struct DefaultActionAst {
  SourcePosition position;
  int phase = 2;
  std::vector<ActionAst> actions;
};

// What SecRuleRemove… and SecRuleUpdate… point at.
struct RuleSelector {
  enum class Kind { Ids, Tag, Message };
  Kind kind = Kind::Ids;
  std::vector<std::pair<int64_t, int64_t>> ids;  // inclusive ranges
  std::string pattern;                           // regular expression over tags or the message
};

struct RemovalAst {
  SourcePosition position;
  size_t element = 0;  // how many elements of the document stand before it
  RuleSelector rules;
};

struct TargetUpdateAst {
  SourcePosition position;
  size_t element = 0;
  RuleSelector rules;
  std::vector<TargetAst> targets;
  std::vector<TargetAst> replaced;  // these go, and the targets take the place of the first
};

struct ActionUpdateAst {
  SourcePosition position;
  size_t element = 0;
  int64_t id = 0;
  size_t link = 0;  // of a chain: "id:offset"
  std::vector<ActionAst> actions;
};

// A whole rule set as written, in reading order. Removals and updates hold for rules before and
// after them.
struct Document {
  Settings settings;
  std::vector<std::variant<RuleAst, MarkerAst, DefaultActionAst>> elements;
  std::vector<RemovalAst> removals;
  std::vector<TargetUpdateAst> target_updates;
  std::vector<ActionUpdateAst> action_updates;
};

}  // namespace waf
