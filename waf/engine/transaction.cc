#include "waf/engine/transaction.h"

#include <algorithm>
#include <cstdlib>

#include "waf/engine/body_content.h"
#include "waf/engine/transaction_state.h"

namespace waf {
namespace {

// Flags and sizes are there from the start, also where nothing sets them: a rule that asks whether
// one "is not 0" asks something.
constexpr VariableId kZeroFirst[] = {
    VariableId::ArgsCombinedSize,
    VariableId::FilesCombinedSize,
    VariableId::InboundDataError,
    VariableId::MultipartBoundaryQuoted,
    VariableId::MultipartBoundaryWhitespace,
    VariableId::MultipartCrlfLfLines,
    VariableId::MultipartDataAfter,
    VariableId::MultipartDataBefore,
    VariableId::MultipartFileLimitExceeded,
    VariableId::MultipartHeaderFolding,
    VariableId::MultipartInvalidHeaderFolding,
    VariableId::MultipartInvalidPart,
    VariableId::MultipartInvalidQuoting,
    VariableId::MultipartLfLine,
    VariableId::MultipartMissingSemicolon,
    VariableId::MultipartStrictError,
    VariableId::MultipartUnmatchedBoundary,
    VariableId::OutboundDataError,
    VariableId::ReqbodyError,
    VariableId::ReqbodyProcessorError,
    VariableId::UrlencodedError,
};
// As in ModSecurity v3 these have a value from phase 1 on, so that "is not" can be asked of them.
constexpr VariableId kEmptyFirst[] = {
    VariableId::AuthType,
    VariableId::MatchedVar,
    VariableId::MatchedVarName,
    VariableId::ReqbodyErrorMsg,
    VariableId::ReqbodyProcessor,
    VariableId::ReqbodyProcessorErrorMsg,
    VariableId::RequestBody,
    VariableId::RequestBodyLength,
    VariableId::ResponseBody,
    VariableId::ResponseContentLength,
    VariableId::ResponseContentType,
    VariableId::ResponseProtocol,
    VariableId::ResponseStatus,
    VariableId::ServerName,
    VariableId::SessionId,
    VariableId::StatusLine,
    VariableId::UserId,
};

}  // namespace

Transaction::Transaction(std::shared_ptr<const RuleSet> rule_set, const Policy& policy,
                         const Clock& clock, TraceSink* trace)
    : state_(std::make_unique<State>(std::move(rule_set), policy, clock, trace)) {
  TransactionData& data = state_->data;
  for (const VariableId id : kZeroFirst) data.setView(id, "0");
  for (const VariableId id : kEmptyFirst) data.setView(id, "");
  data.set(VariableId::WebAppId, state_->program.settings.web_app_id);
  data.setView(VariableId::ModsecBuild, "030014100");  // the language level: 3.0.14
}

Transaction::~Transaction() = default;

void* Transaction::State::operator new(size_t) {
  static_assert(alignof(State) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  return SpareBlocks<sizeof(State)>::take().release();
}

void Transaction::State::operator delete(void* at) {
  using Blocks = SpareBlocks<sizeof(State)>;
  Blocks::give(Blocks::Block(static_cast<std::byte*>(at)));
}

void Transaction::measure(RuleCosts* costs) { state_->evaluator.measure(costs); }

void Transaction::setUniqueId(std::string_view id) { state_->data.set(VariableId::UniqueId, id); }

std::optional<Interruption> Transaction::requestHeaders() {
  State& state = *state_;
  if (state.off()) return std::nullopt;
  state.data.setNumber(VariableId::ArgsCombinedSize, state.argument_bytes);
  return state.evaluator.run(1);
}

void Transaction::addResponseHeader(std::string_view name, std::string_view value) {
  State& state = *state_;
  if (state.off()) return;
  state.data.addNamed(VariableId::ResponseHeaders, VariableId::ResponseHeadersNames, name, value);
  if (equalsIgnoreCase(name, "Content-Type")) {
    // The type alone, as in ModSecurity v3; its parameters are in RESPONSE_HEADERS.
    state.data.set(VariableId::ResponseContentType, trim(value.substr(0, value.find(';'))));
  }
}

std::optional<Interruption> Transaction::responseHeaders(int status, std::string_view protocol) {
  State& state = *state_;
  state.inspection_failure.reset();  // the request's was told
  if (state.off()) return std::nullopt;
  state.data.setNumber(VariableId::ResponseStatus, static_cast<uint64_t>(std::max(status, 0)));
  state.data.set(VariableId::ResponseProtocol, protocol);
  state.data.set(VariableId::StatusLine, std::string(protocol) + " " + std::to_string(status));
  state.request_limits_exceeded = state.evaluator.limitsExceeded();
  auto interruption = state.evaluator.run(3);
  state.noteTime(interruption, 502);
  return interruption;
}

bool Transaction::wantsResponseBody() const {
  const State& state = *state_;
  if (state.off() || !state.evaluator.settings().response_body) return false;
  const std::string type = toLower(state.data.get(VariableId::ResponseContentType));
  const auto& types = state.program.settings.response_types;
  // "(null)" is how ModSecurity names a response without a type.
  return std::any_of(types.begin(), types.end(), [&](const std::string& listed) {
    return listed == type || (type.empty() && listed == "(null)");
  });
}

size_t Transaction::responseBodyLimit() const {
  return state_->evaluator.settings().response_body_limit;
}

bool Transaction::appendResponseBody(std::string_view bytes) {
  State& state = *state_;
  const size_t limit = responseBodyLimit();
  const size_t room = limit - std::min(limit, state.response_body.size());
  appendToSpare(bytes.substr(0, room), &state.response_body);
  if (bytes.size() > room) {
    state.response_body_cut = true;
    state.data.set(VariableId::OutboundDataError, "1");
  }
  return state.response_body.size() < limit;
}

bool Transaction::responseLimitRejects() const {
  return state_->program.settings.response_limit_rejects &&
         state_->evaluator.mode() == EngineMode::On;
}

std::optional<Interruption> Transaction::responseBody() {
  State& state = *state_;
  if (state.off()) return std::nullopt;
  const auto responseTooLarge = [this] {
    Interruption interruption;
    interruption.status = 500;
    interruption.message = "response body is larger than " + std::to_string(responseBodyLimit()) +
                           " bytes (SecResponseBodyLimit)";
    return interruption;
  };
  state.inspection_failure.reset();  // what came before was told
  if (state.response_body_cut && responseLimitRejects()) {
    return state.evaluator.interrupt(responseTooLarge());
  }
  const Value* coding = state.data.find(VariableId::ResponseHeaders, "Content-Encoding");
  std::string_view body = state.response_body;
  bool too_large = false;
  const Decoding how{state.decoded_bytes != 0 ? state.decoded_bytes : responseBodyLimit(),
                     state.decoded_ratio, state.response_body.size() >= responseBodyLimit()};
  if (coding != nullptr && undoCoding(coding->text, body, how, &state.decoded_response_body,
                                      &too_large, &state.inspection_failure)) {
    body = state.decoded_response_body;
  }
  if (too_large) {
    state.data.set(VariableId::OutboundDataError, "1");
    if (responseLimitRejects()) return state.evaluator.interrupt(responseTooLarge());
  }
  state.data.setView(VariableId::ResponseBody, body);
  state.data.setNumber(VariableId::ResponseContentLength, body.size());
  auto interruption = state.evaluator.run(4);
  if (!interruption && !state.inspection_failure && state.evaluator.limitsExceeded() &&
      !state.request_limits_exceeded) {
    state.inspection_failure =
        InspectionFailure{502, "a rule's regular expression reached its limit"};
  }
  state.noteTime(interruption, 502);
  return interruption;
}

void Transaction::logging() {
  if (!state_->off()) state_->evaluator.run(kPhases);
}

Decision Transaction::decision() const { return state_->evaluator.decision(); }

bool Transaction::auditRelevant() const {
  if (decision() != Decision::Passed) return true;  // no refusal without an event
  const AuditMode audit = state_->evaluator.settings().audit;
  return audit == AuditMode::On || (audit == AuditMode::Relevant && state_->evaluator.logged());
}

std::vector<MatchedRule> Transaction::takeMatchedRules() { return state_->evaluator.takeMatches(); }

bool Transaction::limitsExceeded() const {
  return state_->evaluator.limitsExceeded() || state_->data.xmlCut();
}

// CRS 4 sums up in blocking_…, CRS 3 in anomaly_score and outbound_anomaly_score.
int64_t Transaction::score(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const std::string text(state_->data.txByName(name));
    if (!text.empty()) return std::strtoll(text.c_str(), nullptr, 10);
  }
  return 0;
}

int64_t Transaction::inboundScore() const {
  return score({"blocking_inbound_anomaly_score", "anomaly_score", "inbound_anomaly_score"});
}

int64_t Transaction::outboundScore() const {
  return score({"blocking_outbound_anomaly_score", "outbound_anomaly_score"});
}

}  // namespace waf
