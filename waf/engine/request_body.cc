// From a buffered request body to ARGS_POST, FILES, MULTIPART_…, XML and REQBODY_….
#include "waf/engine/request_sink.h"
#include "waf/engine/transaction_state.h"

namespace waf {
namespace {

BodyOutcome parseXml(std::string_view body, TransactionData* data) {
  BodyOutcome outcome;
  auto document = XmlDocument::parse(body);
  if (document) {
    data->setXml(std::move(*document));
  } else {
    outcome.error = true;
    outcome.message = "XML parsing error: " + document.error().message;
  }
  return outcome;
}

BodyLimits limitsOf(const Settings& settings) {
  BodyLimits limits;
  limits.json_depth = settings.json_depth;
  limits.arguments = settings.arguments_limit;
  limits.upload_files = settings.upload_file_limit;
  limits.argument_separator = settings.argument_separator;
  return limits;
}

// SecRequestBodyNoFilesLimit.
BodyOutcome tooLarge(TransactionData* data) {
  data->set(VariableId::InboundDataError, "1");
  return {true, "Request body excluding files is bigger than the maximum expected."};
}

void setBodyError(TransactionData* data, std::string_view message) {
  data->set(VariableId::ReqbodyError, "1");
  data->set(VariableId::ReqbodyErrorMsg, message);
  data->set(VariableId::ReqbodyProcessorError, "1");
  data->set(VariableId::ReqbodyProcessorErrorMsg, message);
}

}  // namespace

bool Transaction::wantsRequestBody() const {
  return !state_->off() && state_->evaluator.settings().request_body;
}

size_t Transaction::requestBodyLimit() const {
  return state_->evaluator.settings().request_body_limit;
}

std::optional<Interruption> Transaction::appendRequestBody(std::string_view bytes) {
  State& state = *state_;
  if (!wantsRequestBody()) return std::nullopt;
  const size_t room = requestBodyLimit() - std::min(requestBodyLimit(), state.request_body.size());
  state.request_body.append(bytes.substr(0, room));
  if (bytes.size() <= room || state.request_body_cut) return std::nullopt;
  state.request_body_cut = true;
  state.data.set(VariableId::InboundDataError, "1");
  // The manual: under DetectionOnly the limit action is ProcessPartial.
  if (!state.program.settings.request_limit_rejects || state.evaluator.mode() != EngineMode::On) {
    return std::nullopt;
  }
  Interruption interruption;
  interruption.status = 413;
  interruption.message = "request body is larger than " + std::to_string(requestBodyLimit()) +
                         " bytes (SecRequestBodyLimit)";
  return state.evaluator.interrupt(std::move(interruption));
}

void Transaction::parseRequestBody() {
  State& state = *state_;
  TransactionData& data = state.data;
  const std::string_view body = state.request_body;
  const std::string_view processor = data.get(VariableId::ReqbodyProcessor);
  if (state.program.settings.request_body_always || processor.empty() ||
      processor == "URLENCODED" || processor == "JSON" ||
      state.evaluator.settings().force_request_body) {
    data.setView(VariableId::RequestBody, body);  // the buffer grows no more
  }
  data.setNumber(VariableId::RequestBodyLength, body.size());
  if (body.empty()) return;

  const BodyLimits limits = limitsOf(state.program.settings);
  const size_t most = state.program.settings.request_body_no_files_limit;
  RequestSink sink(&data, RequestSink::Source::Body);
  BodyOutcome outcome;
  const bool multipart = processor == "MULTIPART";
  if (!multipart && !processor.empty() && body.size() > most) {
    outcome = tooLarge(&data);
  } else if (multipart) {
    const Value* type = data.find(VariableId::RequestHeaders, "Content-Type");
    outcome = parseMultipart(body, type == nullptr ? std::string_view() : type->text, limits, sink);
    if (!outcome.error && body.size() - std::min(body.size(), sink.fileBytes()) > most) {
      outcome = tooLarge(&data);
    }
  } else if (processor == "URLENCODED") {
    outcome = parseUrlEncoded(body, limits, sink);
  } else if (processor == "JSON") {
    outcome = parseJson(body, limits, sink);
  } else if (processor == "XML") {
    outcome = parseXml(body, &data);
  }
  if (outcome.error) setBodyError(&data, outcome.message);
  state.argument_bytes += sink.argumentBytes();
  data.setNumber(VariableId::FilesCombinedSize, sink.fileBytes());
}

std::optional<Interruption> Transaction::requestBody() {
  State& state = *state_;
  if (state.off()) return std::nullopt;
  if (state.evaluator.settings().request_body) parseRequestBody();
  state.data.setNumber(VariableId::ArgsCombinedSize, state.argument_bytes);
  return state.evaluator.run(2);
}

}  // namespace waf
