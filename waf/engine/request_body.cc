// From a buffered request body to ARGS_POST, FILES, MULTIPART_…, XML and REQBODY_….
#include "waf/base/text.h"
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
  limits.further_files = settings.arguments_limit;
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

// The first; an origin may go by another one, which must not say anything else (RFC 9110, section
// 5.3: the field is given once).
std::string_view contentTypeOf(const TransactionData& data, std::string* error) {
  const Value* first = nullptr;
  for (const Value& header : data.collection(VariableId::RequestHeaders)) {
    if (!equalsIgnoreCase(header.name, "Content-Type")) continue;
    if (first == nullptr) first = &header;
    if (header.text != first->text && error->empty()) {
      *error = "the request has two content types";
    }
  }
  return first == nullptr ? std::string_view() : first->text;
}

// What parsing a body needs beside the body.
struct BodyWay {
  const Settings& settings;
  XmlArguments xml_arguments;
  RequestSink* sink;
  TransactionData* data;
  std::optional<InspectionFailure>* failure;

  // Nothing of the body is inspected: as past SecRequestBodyLimit, the limit's action decides.
  BodyOutcome tooLargeToRead() const {
    BodyOutcome outcome = tooLarge(data);
    if (settings.request_limit_rejects) *failure = InspectionFailure{413, outcome.message};
    return outcome;
  }
};

BodyOutcome parseOne(const BodyReading& reading, const BodyWay& way, BodySink& sink) {
  const size_t most = way.settings.request_body_no_files_limit;
  const size_t size = reading.body.size();
  if (reading.processor == "MULTIPART") {
    const BodyOutcome outcome = parseReading(reading, limitsOf(way.settings), sink);
    const bool large = size - std::min(size, way.sink->fileBytes()) > most;
    return large && !outcome.error ? tooLarge(way.data) : outcome;
  }
  if (!reading.processor.empty() && size > most) return way.tooLargeToRead();
  if (reading.processor == "XML") {
    return parseXml(reading.text, reading.body, way.xml_arguments, way.data, sink);
  }
  return parseReading(reading, limitsOf(way.settings), sink);
}

// Without its content coding, and as an origin reads it that ignores the coding.
BodyOutcome parseBoth(const BodyReading& reading, std::string_view sent, bool broken,
                      const BodyWay& way) {
  SecondReadingSink both(*way.sink);
  const BodyOutcome outcome = parseOne(reading, way, both);
  if (reading.processor == "XML") {
    return parseXmlAsSent(reading, outcome, sent, way.xml_arguments, way.data, both);
  }
  if (reading.processor != "MULTIPART" && sent.size() > way.settings.request_body_no_files_limit) {
    return way.tooLargeToRead();
  }
  const BodyOutcome second = parseAsSent(reading, sent, broken, limitsOf(way.settings), both);
  return outcome.error ? outcome : second;
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
  appendToSpare(bytes.substr(0, room), &state.request_body);
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
  const std::string_view sent = state.request_body;
  std::string error;
  BodyReading reading;
  reading.body = decodeRequestBody(&error);
  const bool coded = reading.body.data() != sent.data();
  const bool broken = state.inspection_failure.has_value();
  reading.processor = data.get(VariableId::ReqbodyProcessor);
  reading.content_type = contentTypeOf(data, &error);
  reading.untyped_post =
      reading.content_type.empty() && data.get(VariableId::RequestMethod) == "POST";
  reading.text = readTextOf(reading.content_type, reading.processor, reading.body,
                            &state.request_text, &error);
  if (!error.empty() && !state.inspection_failure) {
    state.inspection_failure = InspectionFailure{415, error};
  }
  if (state.program.settings.request_body_always || reading.processor.empty() ||
      reading.processor == "URLENCODED" || reading.processor == "JSON" ||
      state.evaluator.settings().force_request_body) {
    // The buffers grow no more.
    data.setView(VariableId::RequestBody,
                 textOfAllReadings(reading, sent, &state.request_readings));
  }
  data.setNumber(VariableId::RequestBodyLength, reading.body.size());
  if (sent.empty()) return;

  const bool leaves = reading.processor == "JSON" || reading.processor == "XML";
  RequestSink sink(&data, leaves ? RequestSink::Source::Leaves : RequestSink::Source::Body);
  const Settings& settings = state.program.settings;
  const BodyWay way{settings, state.evaluator.settings().xml_arguments, &sink, &data,
                    &state.inspection_failure};
  BodyOutcome outcome =
      coded ? parseBoth(reading, sent, broken, way) : parseOne(reading, way, sink);
  if (!error.empty()) outcome = {true, error};
  if (outcome.error) setBodyError(&data, outcome.message);
  if (sink.overflowed()) noteUninspected(kArgumentsFlag, argumentsMessage(state.program.settings));
  state.argument_bytes += sink.argumentBytes();
  data.setNumber(VariableId::FilesCombinedSize, sink.fileBytes());
}

std::optional<Interruption> Transaction::requestBody() {
  State& state = *state_;
  if (state.off()) return std::nullopt;
  if (state.evaluator.settings().request_body) {
    const TimeBudget::Scope time(&state.evaluator.timeBudget());
    parseRequestBody();
    state.evaluator.timeBudget().work(state.request_body.size());
  }
  state.data.setNumber(VariableId::ArgsCombinedSize, state.argument_bytes);
  auto interruption = state.evaluator.run(2);
  state.noteTime(interruption, 403);
  return interruption;
}

}  // namespace waf
