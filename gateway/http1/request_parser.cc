#include "gateway/http1/request_parser.h"

#include <optional>

#include "gateway/http1/grammar.h"
#include "gateway/http1/hop_by_hop.h"
#include "waf/base/text.h"

// request-line = method SP request-target SP HTTP-version CRLF, then field lines, then an empty
// line (RFC 9112, 3 to 5). The whole is first scanned for its line structure, then taken apart in
// one pass.
namespace gateway {

namespace {

using MaybeRefusal = std::optional<Refusal>;

constexpr size_t kLongestMethod = 64;
constexpr size_t kMostEmptyLines = 8;
// "METHOD SP" and "SP HTTP/1.1 CRLF" around the target.
constexpr size_t kAroundTarget = kLongestMethod + 16;

// A line in which no target starts is no over-long URI but garbage.
bool isMethodStart(std::string_view line) {
  const std::string_view method = line.substr(0, line.find(' '));
  return isToken(method) && method.size() <= kLongestMethod;
}

MaybeRefusal parseVersionInto(std::string_view text, RequestHead* head) {
  int major = 0;
  int minor = 0;
  if (!parseVersion(text, &major, &minor)) {
    return Refusal{400, "The request line does not end in a valid HTTP version."};
  }
  // Before HTTP/1.0 a request line had no version: this is no older protocol but a broken line.
  if (major == 0) return Refusal{400, "The request line names a version that never was."};
  if (major != 1) return Refusal{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
  head->protocol = text;
  head->minor_version = minor == 0 ? 0 : 1;
  return std::nullopt;
}

void splitQuery(std::string_view path_and_query, RequestHead* head) {
  const size_t mark = path_and_query.find('?');
  head->path = path_and_query.substr(0, mark);
  head->has_query = mark != std::string_view::npos;
  head->query = head->has_query ? path_and_query.substr(mark + 1) : std::string_view();
  if (head->path.empty()) head->path = "/";
}

// RFC 9112, 3.2.2. What is behind the scheme goes to authority, path and query.
MaybeRefusal parseAbsoluteForm(std::string_view target, RequestHead* head) {
  const size_t scheme_end = target.find("://");
  const std::string_view scheme = target.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos ||
      !(waf::equalsIgnoreCase(scheme, "http") || waf::equalsIgnoreCase(scheme, "https"))) {
    return Refusal{400, "The request target is neither a path nor an http URI."};
  }
  const std::string_view rest = target.substr(scheme_end + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  head->form = TargetForm::Absolute;
  head->authority = rest.substr(0, authority_end);
  if (!parseAuthority(head->authority, &head->host, &head->port)) {
    return Refusal{400, "The request target's host is missing or invalid."};
  }
  splitQuery(rest.substr(authority_end), head);
  return std::nullopt;
}

// RFC 9110, 9.3.6: a target without a port is invalid whoever is asked.
Refusal refuseConnect(std::string_view target) {
  std::string host;
  uint16_t port = 0;
  if (!parseAuthority(target, &host, &port) || port == 0) {
    return {400, "The target of CONNECT is not a host and a port."};
  }
  return {405, "This gateway opens no tunnels."};
}

MaybeRefusal parseTarget(RequestHead* head) {
  const std::string_view target = head->target;
  if (target.empty()) return Refusal{400, "The request line has no target."};
  if (target.find('\t') != std::string_view::npos) {
    return Refusal{400, "The request target contains white space."};
  }
  // RFC 9112, 3.2. Where a fragment begins, rules, cache and upstream could each see another path.
  if (target.find('#') != std::string_view::npos) {
    return Refusal{400, "The request target contains a fragment."};
  }
  if (head->method == "CONNECT") return refuseConnect(target);
  if (target.front() == '/') {
    splitQuery(target, head);
    return std::nullopt;
  }
  if (target == "*") {
    if (head->method != "OPTIONS") return Refusal{400, "The target * is for OPTIONS only."};
    head->form = TargetForm::Asterisk;
    head->path = target;
    return std::nullopt;
  }
  return parseAbsoluteForm(target, head);
}

MaybeRefusal parseRequestLine(std::string_view line, size_t uri_bytes, RequestHead* head) {
  const size_t method_end = line.find(' ');
  const std::string_view method = line.substr(0, method_end);
  if (!isToken(method)) return Refusal{400, "The request method is not a token."};
  if (method.size() > kLongestMethod) return Refusal{501, "The request method is too long."};
  head->method = method;
  if (method_end == std::string_view::npos) {
    return Refusal{400, "The request line has no target."};
  }
  const std::string_view rest = line.substr(method_end + 1);
  const size_t target_end = rest.find(' ');
  head->target = rest.substr(0, target_end);
  if (head->target.size() > uri_bytes) return Refusal{414, "The request target is too long."};
  if (target_end == std::string_view::npos) {
    return Refusal{400, "The request line has no HTTP version (HTTP/0.9 is not spoken here)."};
  }
  if (auto refusal = parseVersionInto(rest.substr(target_end + 1), head)) return refusal;
  return parseTarget(head);
}

uint16_t effectivePort(uint16_t port, std::string_view target) {
  if (port != 0) return port;
  return waf::toLower(target.substr(0, 6)) == "https:" ? 443 : 80;
}

// RFC 9112, 3.2: exactly one valid Host, and in absolute form the same as the target's authority.
MaybeRefusal parseHost(RequestHead* head) {
  const size_t count = head->fields.count("host");
  if (count > 1) return Refusal{400, "The request has more than one Host field."};
  if (count == 0) {
    if (head->minor_version >= 1) return Refusal{400, "The request has no Host field."};
    return std::nullopt;
  }
  const std::string_view value = head->fields.value("host");
  // HTTP/1.0 needs no Host, so an empty one takes nothing away; in HTTP/1.1 it would have to name
  // the site (RFC 9110, 7.2).
  if (value.empty() && head->minor_version == 0) return std::nullopt;
  std::string host;
  uint16_t port = 0;
  if (!parseAuthority(value, &host, &port)) return Refusal{400, "The Host field is invalid."};
  if (head->form == TargetForm::Absolute) {
    if (host != head->host ||
        effectivePort(port, head->target) != effectivePort(head->port, head->target)) {
      return Refusal{400, "The Host field differs from the host of the request target."};
    }
    return std::nullopt;
  }
  head->authority = value;
  head->host = std::move(host);
  head->port = port;
  return std::nullopt;
}

// 501 where it is a coding that we do not know, 400 where it is none (RFC 9112, 6.1 and 6.3).
Refusal refuseCoding(std::string_view value) {
  constexpr Refusal kInvalid{400, "The Transfer-Encoding field is invalid."};
  size_t codings = 0;
  size_t chunked = 0;
  bool valid = !value.empty() && value.front() != ',' && value.back() != ',';
  forEachToken(value, [&](std::string_view token) {
    ++codings;
    if (waf::equalsIgnoreCase(token, "chunked")) ++chunked;
    if (!isToken(token)) valid = false;
  });
  if (!valid || chunked > 1) return kInvalid;
  if (chunked == 1 && !waf::equalsIgnoreCase(value.substr(value.size() - 7), "chunked")) {
    return {400, "The last transfer coding is not chunked, so the body's end is unknown."};
  }
  return {501, "The request uses a transfer coding other than chunked."};
}

MaybeRefusal parseTransferEncoding(RequestHead* head, size_t count) {
  if (head->minor_version == 0) {
    return Refusal{400, "Transfer-Encoding does not exist in HTTP/1.0."};
  }
  if (head->fields.has("content-length")) {
    return Refusal{400, "The request has both Content-Length and Transfer-Encoding."};
  }
  if (count > 1) return Refusal{400, "The request has more than one Transfer-Encoding field."};
  const std::string_view value = head->fields.value("transfer-encoding");
  if (!waf::equalsIgnoreCase(value, "chunked")) return refuseCoding(value);
  head->framing = BodyFraming::Chunked;
  return std::nullopt;
}

MaybeRefusal parseFraming(RequestHead* head) {
  if (const size_t count = head->fields.count("transfer-encoding"); count > 0) {
    return parseTransferEncoding(head, count);
  }
  const size_t count = head->fields.count("content-length");
  if (count == 0) return std::nullopt;
  // Equal duplicates could be merged (RFC 9110, 8.6); nobody honest sends them.
  if (count > 1) return Refusal{400, "The request has more than one Content-Length field."};
  if (!parseContentLength(head->fields.value("content-length"), &head->content_length)) {
    return Refusal{400, "The Content-Length field is invalid."};
  }
  head->framing = BodyFraming::Length;
  return std::nullopt;
}

MaybeRefusal parseExpectation(RequestHead* head) {
  const HeaderField* expect = head->fields.find("expect");
  if (expect == nullptr || head->minor_version == 0) return std::nullopt;
  if (!waf::equalsIgnoreCase(expect->value, "100-continue") || head->fields.count("expect") > 1) {
    return Refusal{417, "The expectation is not 100-continue."};
  }
  head->expect_continue = head->hasBody();
  return std::nullopt;
}

MaybeRefusal parseHead(std::string_view bytes, size_t first_line, const HeadLimits& limits,
                       RequestHead* head) {
  if (auto no = parseRequestLine(bytes.substr(0, first_line - 2), limits.uri_bytes, head)) {
    return no;
  }
  if (auto no = parseFields(bytes.substr(first_line), limits.fields, &head->fields)) return no;
  if (auto no = parseHost(head)) return no;
  if (auto no = parseFraming(head)) return no;
  head->keep_alive = keepsAlive(head->fields, head->minor_version);
  return parseExpectation(head);
}

}  // namespace

ParseStatus RequestParser::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return ParseStatus::Refused;
}

void RequestParser::reset() {
  scanner_.reset();
  empty_lines_ = 0;
  line_checked_ = false;
  partial_ = {};
}

// RFC 9112, 2.2: empty lines before a request line are ignored. False when there are too many.
bool RequestParser::skipEmptyLines(InputBuffer& input) {
  while (scanner_.headBytes() == 0 && input.view().starts_with("\r\n")) {
    if (++empty_lines_ > kMostEmptyLines) return false;
    input.consume(2);
  }
  return true;
}

ParseStatus RequestParser::checkPartial(std::string_view bytes, RequestHead* head) {
  const size_t line = scanner_.firstLineBytes();
  if (line == 0 && bytes.size() > limits_.uri_bytes + kAroundTarget) {
    if (!isMethodStart(bytes)) return refuse(400, "The request method is not a token.");
    return refuse(414, "The request target is too long.");
  }
  if (line > 0 && !line_checked_) {
    head->clear();
    const auto no = parseRequestLine(bytes.substr(0, line - 2), limits_.uri_bytes, head);
    if (no) return refuse(*no);
    head->clear();
    line_checked_ = true;
  }
  if (bytes.size() >= limits_.head_bytes) return refuse(431, "The request's head is too large.");
  if (scanner_.lines() > limits_.fields + 1) {
    return refuse(431, "The head has too many header fields.");
  }
  return ParseStatus::NeedMore;
}

ParseStatus RequestParser::parse(InputBuffer& input, RequestHead* head) {
  if (!skipEmptyLines(input)) return refuse(400, "Too many empty lines before the request.");
  const std::string_view bytes = input.view();
  partial_ = bytes;
  if (bytes.empty()) return ParseStatus::NeedMore;
  if (bytes.front() != '\r' && !isTokenByte(bytes.front())) {
    return refuse(400, "The request does not start with a method.");
  }
  const HeadScanner::Status scanned = scanner_.scan(bytes);
  if (scanned == HeadScanner::Status::NeedMore) return checkPartial(bytes, head);
  if (scanned != HeadScanner::Status::Complete) return refuse(refusalOf(scanned));

  const size_t head_bytes = scanner_.headBytes();
  const size_t first_line = scanner_.firstLineBytes();
  reset();
  head->clear();
  size_t offset = 0;
  head->storage = input.takeHead(head_bytes, &offset);
  head->bytes = {head->storage.data() + offset, head_bytes};
  partial_ = head->bytes;
  if (head_bytes > limits_.head_bytes) return refuse(431, "The request's head is too large.");
  if (const auto no = parseHead(head->bytes, first_line, limits_, head)) return refuse(*no);
  return ParseStatus::Complete;
}

}  // namespace gateway
