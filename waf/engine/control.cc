// ctl = name "=" value; for the target forms value = rules ";" target
#include <array>

#include "waf/base/text.h"
#include "waf/engine/action_compiler.h"
#include "waf/seclang/names.h"
#include "waf/seclang/parser.h"
#include "waf/seclang/targets.h"

namespace waf {
namespace {

using Kind = Control::Kind;

struct ControlInfo {
  std::string_view name;
  Kind kind;
  RuleSelector::Kind selects;
};

constexpr auto kIds = RuleSelector::Kind::Ids;

constexpr std::array kControls{
    ControlInfo{"auditEngine", Kind::AuditEngine, kIds},
    ControlInfo{"auditLogParts", Kind::AuditParts, kIds},
    ControlInfo{"debugLogLevel", Kind::NoEffect, kIds},
    ControlInfo{"forceRequestBodyVariable", Kind::ForceRequestBodyVariable, kIds},
    ControlInfo{"hashEnforcement", Kind::NoEffect, kIds},
    ControlInfo{"hashEngine", Kind::NoEffect, kIds},
    ControlInfo{"parseXmlIntoArgs", Kind::XmlArguments, kIds},
    ControlInfo{"requestBodyAccess", Kind::RequestBodyAccess, kIds},
    ControlInfo{"requestBodyLimit", Kind::RequestBodyLimit, kIds},
    ControlInfo{"requestBodyProcessor", Kind::BodyProcessor, kIds},
    ControlInfo{"responseBodyAccess", Kind::ResponseBodyAccess, kIds},
    ControlInfo{"responseBodyLimit", Kind::ResponseBodyLimit, kIds},
    ControlInfo{"ruleEngine", Kind::RuleEngine, kIds},
    ControlInfo{"ruleRemoveById", Kind::RemoveRules, kIds},
    ControlInfo{"ruleRemoveByMsg", Kind::RemoveRules, RuleSelector::Kind::Message},
    ControlInfo{"ruleRemoveByTag", Kind::RemoveRules, RuleSelector::Kind::Tag},
    ControlInfo{"ruleRemoveTargetById", Kind::RemoveTargets, kIds},
    ControlInfo{"ruleRemoveTargetByMsg", Kind::RemoveTargets, RuleSelector::Kind::Message},
    ControlInfo{"ruleRemoveTargetByTag", Kind::RemoveTargets, RuleSelector::Kind::Tag},
};

Unexpected invalid(std::string message) {
  return fail(ErrorCode::Invalid, "seclang", std::move(message));
}

Result<void> readSelector(std::string_view text, RuleSelector::Kind kind, RuleSelector* out) {
  text = trim(text);
  out->kind = kind;
  if (text.empty()) return invalid("the rules are missing");
  if (kind != kIds) {
    out->pattern = text;
    return {};
  }
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(", "), text.size());
    std::pair<int64_t, int64_t> range;
    if (end > 0) {
      if (!parseIdRange(text.substr(0, end), &range)) {
        return invalid("\"" + std::string(text) + "\" is not a rule id or a range of them");
      }
      out->ids.push_back(range);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

Result<void> readTargets(std::string_view value, const ControlInfo& info, Control* control) {
  const size_t semicolon = value.find(';');
  if (semicolon == std::string_view::npos) return invalid("rules;TARGET is expected");
  auto selector = readSelector(value.substr(0, semicolon), info.selects, &control->selector);
  if (!selector) return selector;
  auto target = parseTarget(value.substr(semicolon + 1));
  if (!target) return fail(target.error());
  auto exclusion = Exclusion::compile(*target);
  if (!exclusion) return fail(exclusion.error());
  control->target = std::move(*exclusion);
  return {};
}

Result<void> readAuditEngine(std::string_view value, AuditMode* out) {
  if (equalsIgnoreCase(value, "On")) {
    *out = AuditMode::On;
  } else if (equalsIgnoreCase(value, "Off")) {
    *out = AuditMode::Off;
  } else if (equalsIgnoreCase(value, "RelevantOnly")) {
    *out = AuditMode::Relevant;
  } else {
    return invalid("On, Off or RelevantOnly is expected");
  }
  return {};
}

// "+E", "-BC", "ABHZ".
Result<void> readAuditParts(std::string_view value, AuditParts* out) {
  const char sign = value.empty() ? '\0' : value.front();
  const bool changes = sign == '+' || sign == '-';
  if (changes) value.remove_prefix(1);
  if (value.empty() || value.find_first_not_of("ABCDEFGHIJKZ") != std::string_view::npos) {
    return invalid("letters A to K and Z are expected, with + or - before them or none");
  }
  const bool headers = value.find('B') != std::string_view::npos;
  const bool body = value.find_first_of("CI") != std::string_view::npos;
  if (!changes || headers) out->headers = changes ? sign == '+' : headers;
  if (!changes || body) out->body = changes ? sign == '+' : body;
  return {};
}

Result<void> readWithoutEffect(std::string_view value, const Control& control) {
  const std::string_view name = std::string_view(control.text).substr(0, control.text.find('='));
  uint64_t number = 0;
  if (name == "debugLogLevel") {
    if (!parseUint64(value, &number) || number > 9) return invalid("0 to 9 is expected");
    return {};
  }
  if (!equalsIgnoreCase(value, "Off")) {
    return invalid("not supported: links are not signed and checked here");
  }
  return {};
}

Result<void> readSetting(std::string_view value, Control* control) {
  uint64_t number = 0;
  switch (control->kind) {
    case Kind::RuleEngine:
      if (equalsIgnoreCase(value, "On")) {
        control->mode = EngineMode::On;
      } else if (equalsIgnoreCase(value, "Off")) {
        control->mode = EngineMode::Off;
      } else if (equalsIgnoreCase(value, "DetectionOnly")) {
        control->mode = EngineMode::DetectionOnly;
      } else {
        return invalid("On, Off or DetectionOnly is expected");
      }
      return {};
    case Kind::RequestBodyLimit:
    case Kind::ResponseBodyLimit:
      if (!parseUint64(value, &number) || number > (1u << 30)) return invalid("a size is expected");
      control->limit = number;
      return {};
    case Kind::BodyProcessor:
      for (const std::string_view known : {"URLENCODED", "MULTIPART", "JSON", "XML"}) {
        if (equalsIgnoreCase(value, known)) control->processor = known;
      }
      if (control->processor.empty()) {
        return invalid("URLENCODED, MULTIPART, JSON or XML is expected, not \"" +
                       std::string(value) + "\"");
      }
      return {};
    case Kind::RequestBodyAccess:
    case Kind::ResponseBodyAccess:
    case Kind::ForceRequestBodyVariable:
      if (!equalsIgnoreCase(value, "On") && !equalsIgnoreCase(value, "Off")) {
        return invalid("On or Off is expected");
      }
      control->on = equalsIgnoreCase(value, "On");
      return {};
    case Kind::XmlArguments:
      if (!parseXmlArguments(value, &control->xml_arguments)) {
        return invalid("On, Off or OnlyArgs is expected");
      }
      return {};
    case Kind::AuditEngine:
      return readAuditEngine(value, &control->audit);
    case Kind::AuditParts:
      return readAuditParts(value, &control->parts);
    case Kind::NoEffect:
      return readWithoutEffect(value, *control);
    default:
      return {};
  }
}

}  // namespace

Result<Control> compileControl(const std::string& value) {
  const size_t equals = value.find('=');
  if (equals == std::string::npos) return invalid("name=value is expected");
  const std::string name(trim(value.substr(0, equals)));
  const std::string_view setting = trim(std::string_view(value).substr(equals + 1));
  const ControlInfo* info = nullptr;
  NearestName nearest(name);
  for (const ControlInfo& known : kControls) {
    if (equalsIgnoreCase(known.name, name)) info = &known;
    nearest.consider(known.name);
  }
  if (info == nullptr) {
    return invalid("unknown setting " + name + "; the nearest known one is " +
                   std::string(nearest.best()));
  }
  Control control;
  control.kind = info->kind;
  control.text = std::string(info->name) + "=" + std::string(setting);
  Result<void> read;
  if (control.kind == Kind::RemoveRules) {
    read = readSelector(setting, info->selects, &control.selector);
  } else if (control.kind == Kind::RemoveTargets) {
    read = readTargets(setting, *info, &control);
  } else {
    read = readSetting(setting, &control);
  }
  if (!read) return invalid(std::string(info->name) + ": " + read.error().message);
  return control;
}

}  // namespace waf
