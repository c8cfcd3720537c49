#include "waf/engine/action_compiler.h"

#include <array>

#include "waf/base/text.h"
#include "waf/seclang/actions.h"

namespace waf {
namespace {

constexpr uint64_t kMaxShown = 1000;  // bytes that sanitiseMatchedBytes leaves

constexpr std::array<std::string_view, 8> kSeverities{"EMERGENCY", "ALERT",  "CRITICAL", "ERROR",
                                                      "WARNING",   "NOTICE", "INFO",     "DEBUG"};

}  // namespace

void ActionCompiler::compile(const std::vector<ActionAst>& defaults,
                             const std::vector<ActionAst>& actions) {
  for (const ActionAst& action : defaults) applyDefault(action);
  for (const ActionAst& action : actions) apply(action);
  if (rule_->disruptive.kind == DisruptiveKind::None) rule_->disruptive.kind = DisruptiveKind::Pass;
  if (rule_->disruptive.status == 0) rule_->disruptive.status = default_.status;
  finishForms();
}

Macro ActionCompiler::macro(const std::string& action, const std::string& text) {
  auto compiled = Macro::compile(text, &program_->tx_names);
  if (compiled) return std::move(*compiled);
  error(action + ": " + compiled.error().message);
  return {};
}

void ActionCompiler::applyDefault(const ActionAst& action) {
  const ActionInfo* info = findAction(action.name);
  uint64_t status = 0;
  if (action.name == "tag") {
    addTag(action.value);
  } else if (applyLogging(action, &rule_->log, &rule_->audit_log)) {
    return;
  } else if (action.name == "status" && parseUint64(action.value, &status) && status < 1000) {
    default_.status = static_cast<int>(status);
  } else if (info->kind == ActionKind::Disruptive && action.name != "block") {
    applyDisruptive(action, &default_);
  } else if (info->kind == ActionKind::NonDisruptive && !applyWay(action)) {
    applyVariableAction(action);
  }
}

// How a rule looks at its values.
bool ActionCompiler::applyWay(const ActionAst& action) {
  if (action.name == "capture") {
    rule_->capture = true;
  } else if (action.name == "multimatch") {
    rule_->multi_match = true;
  } else if (action.name == "t") {
    applyTransformation(action.value);
  } else if (action.name == "xmlns") {
    applyNamespace(action.value);
  } else {
    return false;
  }
  return true;
}

bool ActionCompiler::applyLogging(const ActionAst& action, bool* log, bool* audit_log) {
  // The manual: nolog also implies noauditlog, log also implies auditlog.
  if (action.name == "log" || action.name == "nolog") {
    *log = *audit_log = action.name == "log";
  } else if (action.name == "auditlog" || action.name == "noauditlog") {
    *audit_log = action.name == "auditlog";
  } else {
    return false;
  }
  return true;
}

void ActionCompiler::apply(const ActionAst& action) {
  const ActionInfo* info = findAction(action.name);
  if (applyLogging(action, &rule_->log, &rule_->audit_log) || applyMetaData(action)) return;
  if (action.name == "block") {
    named_disruptive_ = action.name;
    const int status = rule_->disruptive.status;
    rule_->disruptive = default_;
    if (status != 0) rule_->disruptive.status = status;
  } else if (info->kind == ActionKind::Disruptive) {
    named_disruptive_ = action.name;
    applyDisruptive(action, &rule_->disruptive);
  } else if (action.name == "status") {
    applyStatus(action);
  } else if (action.name == "skip") {
    applySkip(action.value);
  } else if (action.name == "skipafter") {
    rule_->skip_after = action.value;
  } else if (action.name == "chain") {
    rule_->in_chain = true;
  } else if (!applyWay(action)) {
    applyVariableAction(action);
  }
}

bool ActionCompiler::applyMetaData(const ActionAst& action) {
  if (action.name == "msg") {
    rule_->message = macro(action.name, action.value);
  } else if (action.name == "logdata") {
    rule_->data = macro(action.name, action.value);
  } else if (action.name == "tag") {
    addTag(action.value);
  } else if (action.name == "severity") {
    applySeverity(action.value);
  } else if (action.name == "rev") {
    rule_->revision = action.value;
  } else if (action.name == "ver") {
    rule_->version = action.value;
  } else if (action.name == "maturity") {
    rule_->maturity = action.value;
  } else if (action.name == "accuracy") {
    rule_->accuracy = action.value;
  } else {
    return action.name == "id" || action.name == "phase";  // the builder reads these
  }
  return true;
}

void ActionCompiler::addTag(const std::string& value) {
  rule_->tags.push_back(macro("tag", value));
}

void ActionCompiler::applyDisruptive(const ActionAst& action, Disruptive* out) {
  const int status = out->status;
  if (action.name == "deny") {
    out->kind = DisruptiveKind::Deny;
  } else if (action.name == "drop") {
    out->kind = DisruptiveKind::Drop;
  } else if (action.name == "pass") {
    out->kind = DisruptiveKind::Pass;
  } else if (action.name == "redirect") {
    out->kind = DisruptiveKind::Redirect;
    out->redirect = macro(action.name, action.value);
  } else if (action.name == "allow") {
    if (!action.has_value) {
      out->kind = DisruptiveKind::Allow;
    } else if (equalsIgnoreCase(action.value, "phase")) {
      out->kind = DisruptiveKind::AllowPhase;
    } else if (equalsIgnoreCase(action.value, "request")) {
      out->kind = DisruptiveKind::AllowRequest;
    } else {
      error("allow: phase or request is expected, not \"" + action.value + "\"");
    }
  } else if (action.name == "pause") {
    error(
        "pause: a request that is held costs the gateway more than the attacker; use deny, drop "
        "or the site's rate limit");
  } else {
    error(action.name +
          ": requests go to the site's upstream; give a path of its own a site or a route");
  }
  out->status = status;
}

void ActionCompiler::applyStatus(const ActionAst& action) {
  uint64_t status = 0;
  if (parseUint64(action.value, &status) && status >= 100 && status <= 999) {
    rule_->disruptive.status = static_cast<int>(status);
  } else {
    error("status: a code from 100 to 999 is expected, not \"" + action.value + "\"");
  }
}

void ActionCompiler::applySkip(const std::string& value) {
  uint64_t count = 0;
  if (parseUint64(value, &count) && count > 0 && count < 1000000) {
    rule_->skip = static_cast<int>(count);
  } else {
    error("skip: a number of rules is expected, not \"" + value + "\"");
  }
}

void ActionCompiler::applySeverity(const std::string& value) {
  for (size_t level = 0; level < kSeverities.size(); ++level) {
    if (equalsIgnoreCase(value, kSeverities[level]) || value == std::to_string(level)) {
      rule_->severity = kSeverities[level];
      rule_->severity_level = static_cast<int>(level);
      return;
    }
  }
  error("severity: EMERGENCY to DEBUG or 0 to 7 is expected, not \"" + value + "\"");
}

void ActionCompiler::applyNamespace(const std::string& value) {
  const size_t equals = value.find('=');
  if (equals == std::string::npos) return error("xmlns: an equals sign is missing");
  const std::string prefix(trim(value.substr(0, equals)));
  const std::string uri(trim(value.substr(equals + 1), " '"));
  if (prefix.empty() || uri.empty()) return error("xmlns: prefix=URI is expected");
  if (uri.compare(0, 7, "http://") != 0 && uri.compare(0, 8, "https://") != 0) {
    return error("xmlns: the URI of " + prefix + " must begin with http:// or https://");
  }
  rule_->namespaces.emplace_back(prefix, uri);
}

void ActionCompiler::applyTransformation(const std::string& name) {
  if (equalsIgnoreCase(name, "none")) {
    chain_.clear();
    return;
  }
  const Transformation* transformation = findTransformation(name);
  if (transformation == nullptr) {
    return error("t: unknown transformation " + name + "; the nearest known one is " +
                 std::string(nearestTransformation(name)));
  }
  static const Transformation* const kDecodeUni = findTransformation("urlDecodeUni");
  const bool maps = transformation == kDecodeUni && program_->settings.unicode_best_fit;
  chain_.push_back(maps ? urlDecodeUniWithBestFit() : transformation);
}

void ActionCompiler::finishForms() {
  rule_->all_forms.assign(1, 0);
  for (const Transformation* transformation : chain_) {
    rule_->form = program_->forms.child(rule_->form, transformation);
    rule_->all_forms.push_back(rule_->form);
  }
}

// "", or "1/4": how many bytes of the match stay readable at its start and end.
void ActionCompiler::applySanitiseBytes(const std::string& value) {
  Sanitise sanitise;
  sanitise.kind = Sanitise::Kind::MatchedBytes;
  const size_t slash = value.find('/');
  uint64_t first = 0;
  uint64_t last = 0;
  const bool valid =
      value.empty() || (slash != std::string::npos && parseUint64(value.substr(0, slash), &first) &&
                        parseUint64(value.substr(slash + 1), &last));
  if (!valid || first > kMaxShown || last > kMaxShown) {
    return error("sanitisematchedbytes: first/last is expected, not \"" + value + "\"");
  }
  sanitise.shown_first = first;
  sanitise.shown_last = last;
  rule_->actions.emplace_back(std::move(sanitise));
}

void ActionCompiler::applyVariableAction(const ActionAst& action) {
  if (action.name == "ctl") {
    auto control = compileControl(action.value);
    if (!control) return error("ctl: " + control.error().message);
    rule_->actions.emplace_back(std::move(*control));
  } else if (action.name == "exec") {
    error("exec: programs are not started from rules; react to the event instead");
  } else if (action.name == "sanitisearg") {
    rule_->actions.emplace_back(Sanitise{Sanitise::Kind::Argument, action.value, 0, 0});
  } else if (action.name == "sanitiserequestheader") {
    rule_->actions.emplace_back(Sanitise{Sanitise::Kind::RequestHeader, action.value, 0, 0});
  } else if (action.name == "sanitiseresponseheader") {
    rule_->actions.emplace_back(Sanitise{Sanitise::Kind::ResponseHeader, action.value, 0, 0});
  } else if (action.name == "sanitisematched") {
    rule_->actions.emplace_back(Sanitise{Sanitise::Kind::Matched, {}, 0, 0});
  } else if (action.name == "sanitisematchedbytes") {
    applySanitiseBytes(action.value);
  } else if (action.name == "append" || action.name == "prepend") {
    error(action.name +
          ": responses are not rewritten by rules; let the application add what is to be added");
  } else {
    auto compiled = compileVariableAction(action, &program_->tx_names);
    if (!compiled) return error(action.name + ": " + compiled.error().message);
    rule_->actions.push_back(std::move(*compiled));
  }
}

}  // namespace waf
