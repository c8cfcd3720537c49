// What stands between the bytes of a body and its processor: content codings and charsets.
#include "waf/engine/body_content.h"

#include "waf/base/text.h"
#include "waf/body/charset_body.h"
#include "waf/body/content_coding.h"
#include "waf/engine/transaction_state.h"

namespace waf {

BodyText readTextOf(std::string_view content_type, std::string_view processor,
                    std::string_view body, std::string* buffer, std::string* error) {
  BodyText text;
  text.decoded = body;
  if (processor == "MULTIPART" || body.empty()) return text;  // its parts have charsets
  bool ambiguous = false;
  const std::string_view name = charsetParameter(content_type, &ambiguous);
  text.charset = findCharset(name);
  if (text.charset == Charset::AsIs && processor == "JSON") text.charset = detectUnicode(body);
  if (text.charset == Charset::Unknown || ambiguous) {
    if (error->empty()) {
      *error = ambiguous ? "the request body has more than one charset"
                         : "charset \"" + toPrintableUtf8(name.substr(0, 64)) +
                               "\" of the request body cannot be decoded";
    }
    text.charset = Charset::AsIs;
  }
  if (text.charset != Charset::AsIs && decodeCharset(text.charset, body, buffer)) {
    text.decoded = *buffer;
  }
  return text;
}

BodyOutcome parseText(const BodyText& text, std::string_view body, TextParser parser,
                      const BodyLimits& limits, BodySink& sink) {
  if (text.charset == Charset::AsIs) return parser(body, limits, sink);
  return parseInCharset(
      text.charset, body,
      [&](std::string_view part, BodySink& out) { return parser(part, limits, out); }, sink);
}

BodyOutcome parseXml(const BodyText& text, std::string_view body, XmlArguments arguments,
                     TransactionData* data, BodySink& sink) {
  Result<XmlDocument> document = XmlDocument::parse(body);
  std::string_view source = body;
  if (text.charset != Charset::AsIs) {
    // Both readings of one document cannot be told from each other by an origin's looks: the
    // header's counts (RFC 7303, section 3), and the other must not exist.
    if (document && text.decoded.data() != body.data() && text.decoded != body) {
      return {true, "XML parsing error: readable in more than one charset"};
    }
    if (!document) {
      source = text.decoded;
      document = XmlDocument::parse(source, "UTF-8");
    }
  }
  if (!document) return {true, "XML parsing error: " + document.error().message};
  BodyOutcome outcome;
  if (arguments != XmlArguments::Off) {
    const bool whole = document->visitLeaves(
        [&](std::string_view path, std::string_view leaf) { return sink.addArgument(path, leaf); });
    if (!whole) outcome = {true, "XML: more arguments than can be inspected"};
  }
  if (arguments != XmlArguments::Only) data->setXml(std::move(*document), source);
  return outcome;
}

bool undoCoding(std::string_view coding, std::string_view body, const Decoding& how,
                std::string* decoded, bool* too_large, std::optional<InspectionFailure>* failure) {
  CodingLimits limits;
  limits.most_bytes = how.limit;
  limits.ratio = how.ratio;
  DecodedContent content = decodeContent(coding, body, limits, how.cut);
  using Status = DecodedContent::Status;
  if (content.status == Status::Identity) return false;
  *too_large = content.status == Status::TooLarge;
  *decoded = std::move(content.bytes);
  if (content.status == Status::Decoded || *too_large) return true;
  const int status = content.status == Status::Unknown     ? 415
                     : content.status == Status::Expanding ? 413
                                                           : 400;
  *failure = InspectionFailure{status, std::move(content.message)};
  return content.status != Status::Unknown;
}

std::string_view Transaction::decodeRequestBody(std::string* error) {
  State& state = *state_;
  TransactionData& data = state.data;
  std::string coding;
  for (const Value& header : data.collection(VariableId::RequestHeaders)) {
    if (!equalsIgnoreCase(header.name, "Content-Encoding")) continue;
    coding.append(coding.empty() ? "" : ",").append(header.text);
  }
  if (coding.empty() || state.request_body.empty()) return state.request_body;
  const Decoding how{state.decoded_bytes != 0 ? state.decoded_bytes : requestBodyLimit(),
                     state.decoded_ratio, state.request_body_cut};
  bool too_large = false;
  const bool decoded = undoCoding(coding, state.request_body, how, &state.decoded_request_body,
                                  &too_large, &state.inspection_failure);
  if (too_large) {
    data.set(VariableId::InboundDataError, "1");
    if (state.program.settings.request_limit_rejects && state.evaluator.mode() == EngineMode::On) {
      state.inspection_failure =
          InspectionFailure{413, "the request body is larger than " + std::to_string(how.limit) +
                                     " bytes without its content coding"};
    }
  }
  if (state.inspection_failure) *error = state.inspection_failure->message;
  return decoded ? std::string_view(state.decoded_request_body)
                 : std::string_view(state.request_body);
}

const std::optional<InspectionFailure>& Transaction::inspectionFailure() const {
  return state_->inspection_failure;
}

}  // namespace waf
