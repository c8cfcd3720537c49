// What an event shows of a request: sanitise… actions and ctl:auditLogParts hide some of it.
#include <algorithm>

#include "waf/base/text.h"
#include "waf/engine/transaction_state.h"
#include "waf/event/masking.h"

namespace waf {

std::string Transaction::bodyExcerpt() const {
  const State& state = *state_;
  if (!state.evaluator.settings().shows_body) return {};
  const bool coded = !state.decoded_request_body.empty();
  std::string excerpt =
      (coded ? state.decoded_request_body : state.request_body).substr(0, kMaxBodyExcerpt);
  Sanitised& sanitised = state_->evaluator.sanitised();
  if (sanitised.empty()) return excerpt;
  const bool form = state.data.get(VariableId::ReqbodyProcessor) == "URLENCODED";
  sanitised.hideInBody(form, state.program.settings.argument_separator, &excerpt);
  return excerpt;
}

std::string Transaction::shownUri(std::string_view uri) const {
  std::string shown(uri);
  Sanitised& sanitised = state_->evaluator.sanitised();
  const size_t question = uri.find('?');
  if (sanitised.empty()) return shown;
  if (question != std::string_view::npos) {
    sanitised.hideInQuery(uri.substr(question + 1), state_->program.settings.argument_separator,
                          &shown);
  }
  sanitised.hideBytes(&shown);
  return shown;
}

std::string Transaction::shownHeader(std::string_view name, std::string_view value) const {
  if (isSanitisedRequestHeader(name)) return std::string(value.size(), '*');
  std::string shown(value);
  Sanitised& sanitised = state_->evaluator.sanitised();
  if (!sanitised.empty()) sanitised.hide(&shown);
  return shown;
}

bool Transaction::isSanitisedRequestHeader(std::string_view name) const {
  return !state_->evaluator.settings().shows_headers ||
         state_->evaluator.sanitised().hides(VariableId::RequestHeaders, name);
}

std::vector<std::string> Transaction::secrets(const Masking& masking) const {
  constexpr size_t kShown = 4 * kMaxLoggedValue;  // no text of an event is longer
  std::vector<std::string> out;
  if (!masking.enabled()) return out;
  const TransactionData& data = state_->data;
  const auto add = [&](VariableId id, auto&& isSecret) {
    for (const Value& value : data.collection(id)) {
      if (value.text.empty() || !isSecret(value.name)) continue;
      out.emplace_back(value.text.substr(0, kShown));
      const size_t blank = value.text.find(' ');
      const bool header = id == VariableId::RequestHeaders || id == VariableId::ResponseHeaders;
      if (header && blank != std::string_view::npos) {
        out.emplace_back(value.text.substr(blank + 1, kShown));
      }
    }
  };
  const auto parameter = [&](std::string_view name) { return masking.isSecretParameter(name); };
  const auto header = [&](std::string_view name) { return masking.isSecretHeader(name); };
  add(VariableId::ArgsGet, parameter);
  add(VariableId::ArgsPost, parameter);
  add(VariableId::Args, parameter);  // JSON's and XML's
  add(VariableId::RequestHeaders, header);
  add(VariableId::ResponseHeaders, header);
  if (masking.isSecretHeader("cookie")) {
    add(VariableId::RequestCookies, [](std::string_view) { return true; });
  }
  return out;
}

}  // namespace waf
