// From a buffered request body to ARGS_POST, FILES, MULTIPART_…, XML and REQBODY_….
#include "waf/engine/body_content.h"
#include "waf/engine/request_sink.h"
#include "waf/engine/transaction_state.h"

namespace waf {
namespace {

BodyLimits limitsOf(const Settings& settings) {
  BodyLimits limits;
  limits.json_depth = settings.json_depth;
  limits.arguments = settings.arguments_limit + 1;  // the sink counts, the query's too
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
  std::string error;
  const std::string_view body = decodeRequestBody(&error);
  const std::string_view processor = data.get(VariableId::ReqbodyProcessor);
  const Value* type_header = data.find(VariableId::RequestHeaders, "Content-Type");
  const std::string_view type = type_header == nullptr ? std::string_view() : type_header->text;
  const bool multipart = processor == "MULTIPART";
  const BodyText text = readTextOf(type, processor, body, &state.request_text, &error);
  if (!error.empty() && !state.inspection_failure) {
    state.inspection_failure = InspectionFailure{415, error};
  }
  if (state.program.settings.request_body_always || processor.empty() ||
      processor == "URLENCODED" || processor == "JSON" ||
      state.evaluator.settings().force_request_body) {
    data.setView(VariableId::RequestBody, text.decoded);  // the buffer grows no more
  }
  data.setNumber(VariableId::RequestBodyLength, body.size());
  if (state.request_body.empty()) return;

  const BodyLimits limits = limitsOf(state.program.settings);
  const size_t most = state.program.settings.request_body_no_files_limit;
  RequestSink sink(&data, RequestSink::Source::Body);
  BodyOutcome outcome;
  if (!multipart && !processor.empty() && body.size() > most) {
    outcome = tooLarge(&data);
    if (state.program.settings.request_limit_rejects) {
      state.inspection_failure = InspectionFailure{413, outcome.message};
    }
  } else if (multipart) {
    outcome = parseMultipart(body, type, limits, sink);
    if (!outcome.error && body.size() - std::min(body.size(), sink.fileBytes()) > most) {
      outcome = tooLarge(&data);
    }
  } else if (processor == "URLENCODED") {
    outcome = parseText(text, body, parseUrlEncoded, limits, sink);
  } else if (processor == "JSON") {
    outcome = parseText(text, body, parseJson, limits, sink);
  } else if (processor == "XML") {
    outcome = parseXml(text, body, state.evaluator.settings().xml_arguments, &data, sink);
  }
  if (!error.empty()) outcome = {true, error};
  if (outcome.error) setBodyError(&data, outcome.message);
  if (sink.overflowed()) noteUninspected(kArgumentsFlag, argumentsMessage(state.program.settings));
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
