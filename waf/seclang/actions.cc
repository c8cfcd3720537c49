// actions = action *("," action);  action = name [":" value];  value = "'" *(any | "\'") "'" | text
// up to ","
#include "waf/seclang/actions.h"

#include <array>

#include "waf/base/text.h"
#include "waf/seclang/names.h"

namespace waf {
namespace {

constexpr ActionKind kMeta = ActionKind::MetaData;
constexpr ActionKind kDisruptive = ActionKind::Disruptive;
constexpr ActionKind kNon = ActionKind::NonDisruptive;

constexpr std::array kActions{
    ActionInfo{"accuracy", kMeta, ActionValue::Required},
    ActionInfo{"allow", kDisruptive, ActionValue::Optional},
    ActionInfo{"append", kNon, ActionValue::Required},
    ActionInfo{"auditlog", kNon, ActionValue::None},
    ActionInfo{"block", kDisruptive, ActionValue::None},
    ActionInfo{"capture", kNon, ActionValue::None},
    ActionInfo{"chain", ActionKind::Flow, ActionValue::None},
    ActionInfo{"ctl", kNon, ActionValue::Required},
    ActionInfo{"deny", kDisruptive, ActionValue::None},
    ActionInfo{"deprecatevar", kNon, ActionValue::Required},
    ActionInfo{"drop", kDisruptive, ActionValue::None},
    ActionInfo{"exec", kNon, ActionValue::Required},
    ActionInfo{"expirevar", kNon, ActionValue::Required},
    ActionInfo{"id", kMeta, ActionValue::Required},
    ActionInfo{"initcol", kNon, ActionValue::Required},
    ActionInfo{"log", kNon, ActionValue::None},
    ActionInfo{"logdata", kMeta, ActionValue::Required},
    ActionInfo{"maturity", kMeta, ActionValue::Required},
    ActionInfo{"msg", kMeta, ActionValue::Required},
    ActionInfo{"multimatch", kNon, ActionValue::None},
    ActionInfo{"noauditlog", kNon, ActionValue::None},
    ActionInfo{"nolog", kNon, ActionValue::None},
    ActionInfo{"pass", kDisruptive, ActionValue::None},
    ActionInfo{"pause", kDisruptive, ActionValue::Required},
    ActionInfo{"phase", kMeta, ActionValue::Required},
    ActionInfo{"prepend", kNon, ActionValue::Required},
    ActionInfo{"proxy", kDisruptive, ActionValue::Required},
    ActionInfo{"redirect", kDisruptive, ActionValue::Required},
    ActionInfo{"rev", kMeta, ActionValue::Required},
    ActionInfo{"sanitisearg", kNon, ActionValue::Required},
    ActionInfo{"sanitisematched", kNon, ActionValue::None},
    ActionInfo{"sanitisematchedbytes", kNon, ActionValue::Optional},
    ActionInfo{"sanitiserequestheader", kNon, ActionValue::Required},
    ActionInfo{"sanitiseresponseheader", kNon, ActionValue::Required},
    ActionInfo{"setenv", kNon, ActionValue::Required},
    ActionInfo{"setrsc", kNon, ActionValue::Required},
    ActionInfo{"setsid", kNon, ActionValue::Required},
    ActionInfo{"setuid", kNon, ActionValue::Required},
    ActionInfo{"setvar", kNon, ActionValue::Required},
    ActionInfo{"severity", kMeta, ActionValue::Required},
    ActionInfo{"skip", ActionKind::Flow, ActionValue::Required},
    ActionInfo{"skipafter", ActionKind::Flow, ActionValue::Required},
    ActionInfo{"status", ActionKind::DisruptiveData, ActionValue::Required},
    ActionInfo{"t", kNon, ActionValue::Required},
    ActionInfo{"tag", kMeta, ActionValue::Required},
    ActionInfo{"ver", kMeta, ActionValue::Required},
    ActionInfo{"xmlns", kNon, ActionValue::Required},
};

Unexpected invalid(std::string message) {
  return fail(ErrorCode::Invalid, "seclang", std::move(message));
}

bool isBlank(char c) { return c == ' ' || c == '\t'; }

// Reads the value at `*at`, quoted or up to the comma.
Result<std::string> readValue(std::string_view text, size_t* at) {
  std::string value;
  size_t i = *at;
  if (i < text.size() && text[i] == '\'') {
    for (++i; i < text.size() && text[i] != '\''; ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\'') ++i;
      value.push_back(text[i]);
    }
    if (i >= text.size()) return invalid("a quote is opened and not closed");
    ++i;
    while (i < text.size() && isBlank(text[i])) ++i;
    if (i < text.size() && text[i] != ',') {
      return invalid("a closing quote is followed by \"" + std::string(text.substr(i, 40)) + "\"");
    }
  } else {
    // A quote may begin later, as in ctl:x=y;ARGS:'a,b' or xmlns:a='b'.
    char quote = 0;
    for (; i < text.size() && (quote != 0 || text[i] != ','); ++i) {
      if (text[i] == '\'') quote = quote != 0 ? '\0' : '\'';
      value.push_back(text[i]);
    }
    if (quote != 0) return invalid("a quote is opened and not closed");
    value = std::string(trim(value));
  }
  *at = i;
  return value;
}

Result<ActionAst> readAction(std::string_view text, size_t* at) {
  size_t i = *at;
  while (i < text.size() && text[i] != ',' && text[i] != ':') ++i;
  ActionAst action;
  action.name = toLower(trim(text.substr(*at, i - *at)));
  if (action.name.compare(0, 8, "sanitize") == 0) action.name[6] = 's';
  if (action.name.empty()) {
    return invalid("an action is missing at \"" + std::string(text.substr(*at, 40)) + "\"");
  }
  const ActionInfo* info = findAction(action.name);
  if (info == nullptr) {
    NearestName nearest(action.name);
    for (const ActionInfo& known : kActions) nearest.consider(known.name);
    return invalid("unknown action " + action.name + "; the nearest known one is " +
                   std::string(nearest.best()));
  }
  if (i < text.size() && text[i] == ':') {
    ++i;
    auto value = readValue(text, &i);
    if (!value) return invalid(action.name + ": " + value.error().message);
    action.value = std::move(*value);
    action.has_value = true;
  }
  if (info->value == ActionValue::Required && action.value.empty()) {
    return invalid(action.name + ": a value is missing");
  }
  if (info->value == ActionValue::None && action.has_value) {
    return invalid(action.name + ": takes no value");
  }
  *at = i;
  return action;
}

}  // namespace

const ActionInfo* findAction(std::string_view name) {
  for (const ActionInfo& info : kActions) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

Result<std::vector<ActionAst>> parseActions(std::string_view text) {
  std::vector<ActionAst> actions;
  size_t at = 0;
  while (true) {
    while (at < text.size() && isBlank(text[at])) ++at;
    if (at >= text.size()) return actions;  // an empty list, and a comma at the end as the CRS has
    auto action = readAction(text, &at);
    if (!action) return fail(action.error());
    actions.push_back(std::move(*action));
    if (at < text.size()) ++at;
  }
}

}  // namespace waf
