// setvar    = ["!"] collection "." name ["=" ["+" | "-"] value]
// setenv    = ["!"] name ["=" value]
// expirevar = collection "." name "=" seconds
// deprecatevar = collection "." name "=" amount "/" seconds
// initcol   = collection "=" key
#include "waf/base/text.h"
#include "waf/engine/action_compiler.h"

namespace waf {
namespace {

Unexpected invalid(std::string message) {
  return fail(ErrorCode::Invalid, "seclang", std::move(message));
}

// The "=" that ends the name: not one inside %{…}.
size_t findEquals(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=') return i;
    if (text.substr(i, 2) == "%{") i = std::min(text.find('}', i), text.size());
  }
  return std::string_view::npos;
}

bool isStored(VariableId id) {
  return id == VariableId::Ip || id == VariableId::Global || id == VariableId::Resource ||
         id == VariableId::Session || id == VariableId::User;
}

// "tx.name" into the assignment's collection and name.
Result<void> readName(std::string_view text, TxNames* tx_names, Assignment* out) {
  const size_t dot = text.find_first_of(".:");
  const std::string collection(text.substr(0, dot));
  if (dot == std::string_view::npos || dot + 1 == text.size()) {
    return invalid("collection.name is expected, not \"" + std::string(text) + "\"");
  }
  if (!findVariable(collection, &out->collection) ||
      (out->collection != VariableId::Tx && out->collection != VariableId::Env &&
       !isStored(out->collection))) {
    return invalid("\"" + collection +
                   "\" takes no values; TX, IP, GLOBAL, SESSION, USER, RESOURCE and ENV do");
  }
  const std::string_view name = text.substr(dot + 1);
  if (out->collection == VariableId::Tx && !Macro::hasVariables(name)) {
    out->tx_slot = tx_names->intern(name);
  }
  auto macro = Macro::compile(name, tx_names);
  if (!macro) return fail(macro.error());
  out->name = std::move(*macro);
  return {};
}

Result<RuleAction> compileSetVar(std::string_view text, TxNames* tx_names) {
  Assignment assignment;
  // What is quoted may end in blanks: they belong to the value.
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (!text.empty() && text.front() == '!') {
    assignment.kind = Assignment::Kind::Remove;
    text.remove_prefix(1);
  }
  const size_t equals = findEquals(text);
  std::string_view value = "1";
  if (equals != std::string_view::npos) value = text.substr(equals + 1);
  if (assignment.kind == Assignment::Kind::Set && equals != std::string_view::npos &&
      !value.empty() && (value.front() == '+' || value.front() == '-')) {
    assignment.kind = value.front() == '+' ? Assignment::Kind::Add : Assignment::Kind::Subtract;
    value.remove_prefix(1);
  }
  auto named = readName(trim(text.substr(0, equals)), tx_names, &assignment);
  if (!named) return fail(named.error());
  auto macro = Macro::compile(value, tx_names);
  if (!macro) return fail(macro.error());
  assignment.value = std::move(*macro);
  return RuleAction(std::move(assignment));
}

Result<RuleAction> compileSetEnv(std::string_view text, TxNames* tx_names) {
  Assignment assignment;
  assignment.collection = VariableId::Env;
  if (!text.empty() && text.front() == '!') {
    assignment.kind = Assignment::Kind::Remove;
    text.remove_prefix(1);
  }
  const size_t equals = findEquals(text);
  auto name = Macro::compile(trim(text.substr(0, equals)), tx_names);
  if (!name) return fail(name.error());
  auto value = Macro::compile(
      equals == std::string_view::npos ? std::string_view("1") : text.substr(equals + 1), tx_names);
  if (!value) return fail(value.error());
  assignment.name = std::move(*name);
  assignment.value = std::move(*value);
  return RuleAction(std::move(assignment));
}

Result<RuleAction> compileExpireVar(std::string_view text, TxNames* tx_names) {
  Assignment assignment;
  assignment.kind = Assignment::Kind::Expire;
  const size_t equals = findEquals(text);
  if (equals == std::string_view::npos) return invalid("collection.name=seconds is expected");
  auto named = readName(trim(text.substr(0, equals)), tx_names, &assignment);
  if (!named) return fail(named.error());
  auto seconds = Macro::compile(trim(text.substr(equals + 1)), tx_names);
  if (!seconds) return fail(seconds.error());
  assignment.value = std::move(*seconds);
  return RuleAction(std::move(assignment));
}

Result<RuleAction> compileDeprecateVar(std::string_view text, TxNames* tx_names) {
  const size_t equals = findEquals(text);
  if (equals == std::string_view::npos || text.find('/', equals) == std::string_view::npos) {
    return invalid("collection.name=amount/seconds is expected");
  }
  auto action = compileExpireVar(text, tx_names);
  if (!action) return action;
  auto& assignment = std::get<Assignment>(*action);
  if (!isStored(assignment.collection)) {
    return invalid("only what is stored decreases: IP, GLOBAL, SESSION, USER and RESOURCE");
  }
  assignment.kind = Assignment::Kind::Deprecate;
  return action;
}

Result<RuleAction> compileStart(VariableId collection, std::string_view key, TxNames* tx_names) {
  auto macro = Macro::compile(trim(key), tx_names);
  if (!macro) return fail(macro.error());
  return RuleAction(CollectionStart{collection, std::move(*macro)});
}

}  // namespace

Result<RuleAction> compileVariableAction(const ActionAst& action, TxNames* tx_names) {
  const std::string_view text = action.value;
  if (action.name == "setvar") return compileSetVar(text, tx_names);
  if (action.name == "setenv") return compileSetEnv(text, tx_names);
  if (action.name == "expirevar") return compileExpireVar(text, tx_names);
  if (action.name == "deprecatevar") return compileDeprecateVar(text, tx_names);
  if (action.name == "setsid") return compileStart(VariableId::Session, text, tx_names);
  if (action.name == "setuid") return compileStart(VariableId::User, text, tx_names);
  if (action.name == "setrsc") return compileStart(VariableId::Resource, text, tx_names);
  const size_t equals = findEquals(text);
  VariableId collection = VariableId::Ip;
  if (equals == std::string_view::npos ||
      !findVariable(trim(text.substr(0, equals)), &collection) || !isStored(collection)) {
    return invalid("a collection (ip, global, session, user, resource) and =key are expected");
  }
  return compileStart(collection, text.substr(equals + 1), tx_names);
}

}  // namespace waf
