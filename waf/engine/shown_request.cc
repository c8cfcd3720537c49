// What an event shows of a request: sanitise… actions and ctl:auditLogParts hide some of it.
#include <algorithm>

#include "waf/base/text.h"
#include "waf/engine/transaction_state.h"
#include "waf/transformations/transformation.h"

namespace waf {
namespace {

std::string decoded(std::string_view text) {
  const Transformation* decode = findTransformation("urlDecode");
  std::string out;
  return decode != nullptr && decode->apply(text, out) ? out : std::string(text);
}

}  // namespace

std::string Transaction::bodyExcerpt() const {
  const State& state = *state_;
  if (!state.evaluator.settings().shows_body) return {};
  const bool coded = !state.decoded_request_body.empty();
  std::string excerpt =
      (coded ? state.decoded_request_body : state.request_body).substr(0, kMaxBodyExcerpt);
  state.evaluator.hideBytes(&excerpt);
  for (const Value& argument : state.data.collection(VariableId::ArgsPost)) {
    // The bytes as sent may be encoded another way; what cannot be found is hidden with all the
    // rest.
    if (!state.evaluator.isSanitised(VariableId::Args, argument.name)) continue;
    const size_t at = argument.text.empty() ? std::string::npos : excerpt.find(argument.text);
    if (at == std::string::npos) return std::string(excerpt.size(), '*');
    excerpt.replace(at, argument.text.size(), argument.text.size(), '*');
  }
  return excerpt;
}

std::string Transaction::shownUri(std::string_view uri) const {
  const State& state = *state_;
  std::string shown(uri);
  if (!state.evaluator.sanitises()) return shown;
  const char separator = state.program.settings.argument_separator;
  for (size_t at = uri.find('?'); at < uri.size();) {
    const size_t start = at + 1;
    at = std::min(uri.find(separator, start), uri.size());
    const std::string_view pair = uri.substr(start, at - start);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (!state.evaluator.isSanitised(VariableId::Args, decoded(pair.substr(0, equals)))) continue;
    const size_t length = pair.size() - equals - 1;
    shown.replace(start + equals + 1, length, length, '*');
  }
  state.evaluator.hideBytes(&shown);
  return shown;
}

}  // namespace waf
