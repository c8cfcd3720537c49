// What stands between the bytes of a body and its processor: content codings and charsets.
#include "waf/engine/body_content.h"

#include <algorithm>

#include "waf/base/text.h"
#include "waf/body/charset_body.h"
#include "waf/body/clear_text.h"
#include "waf/body/content_coding.h"
#include "waf/engine/transaction_state.h"

namespace waf {
namespace {

bool startsWithMultipart(std::string_view content_type) {
  constexpr std::string_view kMultipart = "multipart/";
  return equalsIgnoreCase(trim(content_type).substr(0, kMultipart.size()), kMultipart);
}

}  // namespace

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

namespace {

// What no processor reads and some origins do all the same. What is wrong with it is no error,
// since it need not be anything of the kind.
BodyOutcome parseUnasked(const BodyReading& reading, const BodyLimits& limits, BodySink& sink) {
  SecondReadingSink parts(sink);
  parts.startSecond();
  BodyOutcome outcome;
  if (startsWithMultipart(reading.content_type)) {
    outcome = parseMultipart(reading.body, reading.content_type, limits, parts);
  } else if (reading.untyped_post) {
    outcome = parseForm(clearText(reading.body), limits, parts);
  }
  return parts.full() ? outcome : BodyOutcome{};
}

}  // namespace

BodyOutcome parseReading(const BodyReading& reading, const BodyLimits& limits, BodySink& sink) {
  const bool form = reading.processor == "URLENCODED";
  if (reading.processor == "MULTIPART") {
    return parseMultipart(reading.body, reading.content_type, limits, sink);
  }
  if (reading.processor.empty()) return parseUnasked(reading, limits, sink);
  if (!form && reading.processor != "JSON") return {};
  if (reading.text.charset == Charset::AsIs) {
    return form ? parseForm(reading.body, limits, sink) : parseJson(reading.body, limits, sink);
  }
  const auto parser = form ? parseUrlEncoded : parseJson;
  return parseInCharset(
      reading.text.charset, reading.body,
      [&](std::string_view part, BodySink& out) { return parser(part, limits, out); }, sink);
}

BodyOutcome parseAsSent(const BodyReading& decoded, std::string_view sent, bool broken,
                        const BodyLimits& limits, SecondReadingSink& sink) {
  BodyReading reading = decoded;
  std::string clear;
  std::string buffer;
  std::string charset_error;  // is that of the first reading
  reading.body = sent;
  // A form may hold anything, but compressed bytes as they are would look like an attack.
  if (!broken && reading.processor == "URLENCODED" && reading.text.charset == Charset::AsIs) {
    clear = clearText(sent);
    reading.body = clear;
  }
  reading.text =
      readTextOf(reading.content_type, reading.processor, reading.body, &buffer, &charset_error);
  sink.startSecond();
  const BodyOutcome outcome = parseReading(reading, limits, sink);
  // That it is nothing of the kind is what is expected.
  return sink.full() ? outcome : BodyOutcome{};
}

std::string_view textOfAllReadings(const BodyReading& decoded, std::string_view sent,
                                   std::string* buffer) {
  const std::string_view text = decoded.text.decoded;
  const auto add = [&](std::string_view bytes) {
    if (bytes.data() == text.data()) return;
    const std::string clear = clearText(bytes);
    if (clear.empty() || clear == text) return;
    if (buffer->empty()) buffer->assign(text);
    buffer->append("\n").append(clear);
  };
  add(decoded.body);
  if (sent.data() != decoded.body.data()) add(sent);
  return buffer->empty() ? text : std::string_view(*buffer);
}

namespace {

// Whether the document names a charset of its own in which its bytes are other text than in UTF-8,
// and is one in UTF-8 as well: an origin may go by the header's charset or by none (RFC 7303,
// section 3).
bool isReadableInUtf8Too(std::string_view body) {
  const std::string_view head = body.substr(0, body.substr(0, 1024).find("?>"));
  if (!head.starts_with("<?xml")) return false;
  const size_t encoding = head.find("encoding");
  if (encoding == std::string_view::npos) return false;
  const size_t open = std::min(head.find_first_of("\"'", encoding), head.size());
  const std::string_view name = head.substr(std::min(open + 1, head.size()));
  if (findCharset(name.substr(0, name.find_first_of("\"'"))) == Charset::AsIs) return false;
  return static_cast<bool>(XmlDocument::parse(body, "UTF-8"));
}

}  // namespace

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
  if (source.data() == body.data() && isReadableInUtf8Too(body)) {
    return {true, "XML parsing error: readable in more than one charset"};
  }
  BodyOutcome outcome;
  if (arguments != XmlArguments::Off) {
    const bool whole = document->visitLeaves(
        [&](std::string_view path, std::string_view leaf) { return sink.addArgument(path, leaf); });
    if (!whole) outcome = {true, "XML: more arguments than can be inspected"};
  }
  if (arguments != XmlArguments::Only) data->setXml(std::move(*document), source);
  return outcome;
}

BodyOutcome parseXmlAsSent(const BodyReading& reading, const BodyOutcome& decoded,
                           std::string_view sent, XmlArguments arguments, TransactionData* data,
                           BodySink& sink) {
  if (!decoded.error) {
    if (!XmlDocument::parse(sent)) return decoded;
    return {true, "XML parsing error: readable with its content coding and without"};
  }
  std::string buffer;
  std::string charset_error;
  const BodyText text =
      readTextOf(reading.content_type, reading.processor, sent, &buffer, &charset_error);
  parseXml(text, sent, arguments, data, sink);
  return decoded;
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
