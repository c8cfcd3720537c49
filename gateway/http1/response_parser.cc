#include "gateway/http1/response_parser.h"

#include <optional>

#include "gateway/http1/grammar.h"
#include "waf/base/text.h"

// status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF (RFC 9112, 4), then fields as
// in a request.
namespace gateway {

namespace {

using MaybeRefusal = std::optional<Refusal>;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

MaybeRefusal parseStatusLine(std::string_view line, ResponseHead* head) {
  constexpr Refusal kInvalid{502, "the status line is invalid"};
  int major = 0;
  int minor = 0;
  if (line.size() < 12 || !parseVersion(line.substr(0, 8), &major, &minor) || line[8] != ' ') {
    return kInvalid;
  }
  if (major != 1) return Refusal{502, "the response is not HTTP/1"};
  for (size_t i = 9; i < 12; ++i) {
    if (!isDigit(line[i])) return kInvalid;
  }
  head->status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (head->status < 100 || head->status > 599) return Refusal{502, "the status code is invalid"};
  // Many origins leave the space out where there is no reason phrase.
  if (line.size() > 12 && line[12] != ' ') return kInvalid;
  head->reason = line.size() > 13 ? line.substr(13) : std::string_view();
  head->minor_version = minor == 0 ? 0 : 1;
  return std::nullopt;
}

MaybeRefusal parseLength(ResponseHead* head) {
  const size_t count = head->fields.count("content-length");
  if (count == 0) return std::nullopt;
  if (count > 1) return Refusal{502, "the response has more than one Content-Length"};
  if (!parseContentLength(head->fields.value("content-length"), &head->content_length)) {
    return Refusal{502, "the response's Content-Length is invalid"};
  }
  head->has_content_length = true;
  return std::nullopt;
}

// RFC 9112, 6.3, in its order.
MaybeRefusal parseFraming(std::string_view method, ResponseHead* head) {
  if (auto no = parseLength(head)) return no;
  const size_t codings = head->fields.count("transfer-encoding");
  if (codings > 0) {
    if (head->has_content_length) {
      return Refusal{502, "the response has both Content-Length and Transfer-Encoding"};
    }
    if (head->minor_version == 0) return Refusal{502, "Transfer-Encoding in an HTTP/1.0 response"};
    if (codings > 1 || !waf::equalsIgnoreCase(head->fields.value("transfer-encoding"), "chunked")) {
      return Refusal{502, "the response's Transfer-Encoding is not chunked"};
    }
  }
  if (method == "HEAD" || head->status < 200 || head->status == 204 || head->status == 304) {
    head->framing = BodyFraming::None;
  } else if (codings > 0) {
    head->framing = BodyFraming::Chunked;
  } else if (head->has_content_length) {
    head->framing = BodyFraming::Length;
  } else {
    head->framing = BodyFraming::UntilClose;
  }
  return std::nullopt;
}

MaybeRefusal parseHead(std::string_view bytes, size_t first_line, std::string_view method,
                       const HeadLimits& limits, ResponseHead* head) {
  if (auto no = parseStatusLine(bytes.substr(0, first_line - 2), head)) return no;
  if (auto no = parseFields(bytes.substr(first_line), limits.fields, &head->fields)) {
    return Refusal{502, no->reason};
  }
  if (auto no = parseFraming(method, head)) return no;
  head->keep_alive =
      head->framing != BodyFraming::UntilClose && keepsAlive(head->fields, head->minor_version);
  return std::nullopt;
}

}  // namespace

ParseStatus ResponseParser::parse(InputBuffer& input, std::string_view request_method,
                                  const HeadLimits& limits, ResponseHead* head) {
  const std::string_view bytes = input.view();
  const HeadScanner::Status scanned = scanner_.scan(bytes);
  if (scanned == HeadScanner::Status::NeedMore && bytes.size() < limits.head_bytes) {
    return ParseStatus::NeedMore;
  }
  if (scanned == HeadScanner::Status::NeedMore || scanner_.headBytes() > limits.head_bytes) {
    refusal_ = {502, "the response's head is too large"};
    return ParseStatus::Refused;
  }
  if (scanned != HeadScanner::Status::Complete || scanner_.firstLineBytes() == 0) {
    refusal_ = {502, refusalOf(scanned).reason};
    return ParseStatus::Refused;
  }
  const size_t head_bytes = scanner_.headBytes();
  const size_t first_line = scanner_.firstLineBytes();
  scanner_.reset();
  head->clear();
  size_t offset = 0;
  head->storage = input.takeHead(head_bytes, &offset);
  head->bytes = {head->storage.data() + offset, head_bytes};
  if (const auto no = parseHead(head->bytes, first_line, request_method, limits, head)) {
    refusal_ = *no;
    return ParseStatus::Refused;
  }
  return ParseStatus::Complete;
}

}  // namespace gateway
