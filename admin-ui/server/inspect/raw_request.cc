#include "admin-ui/server/inspect/inspect.h"
#include "waf/base/hex.h"
#include "waf/base/text.h"

namespace admin {
namespace {

waf::Unexpected bad(std::string message) {
  return waf::fail(waf::ErrorCode::Invalid, "inspect", std::move(message));
}

// Up to the next line feed, without it and a CR before it.
std::string_view takeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool parseHex(std::string_view digits, size_t* out) {
  *out = 0;
  for (const char c : digits) {
    const int value = waf::hexDigit(c);
    if (value < 0) return false;
    *out = *out * 16 + static_cast<size_t>(value);
  }
  return !digits.empty() && digits.size() <= 8;
}

// RFC 9112, 7.1. False when it is not chunked after all: the bytes are then taken as they are.
bool unchunk(std::string_view coded, std::string* out) {
  for (;;) {
    const std::string_view line = takeLine(&coded);
    size_t size = 0;
    if (!parseHex(waf::trim(line.substr(0, line.find(';'))), &size)) return false;
    if (size == 0) return true;
    if (size > coded.size()) return false;
    *out += coded.substr(0, size);
    coded.remove_prefix(size);
    takeLine(&coded);
  }
}

std::string readBody(const std::vector<std::pair<std::string, std::string>>& headers,
                     std::string_view rest) {
  std::string body;
  for (const auto& [name, value] : headers) {
    if (waf::equalsIgnoreCase(name, "Transfer-Encoding") &&
        waf::equalsIgnoreCase(value, "chunked") && unchunk(rest, &body)) {
      return body;
    }
    uint64_t length = 0;
    if (waf::equalsIgnoreCase(name, "Content-Length") && waf::parseUint64(value, &length) &&
        length < rest.size()) {
      rest = rest.substr(0, static_cast<size_t>(length));  // the editor's last line feed, mostly
    }
  }
  return std::string(rest);
}

waf::Result<std::vector<std::pair<std::string, std::string>>> readHeaders(std::string_view* text) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (!text->empty()) {
    const std::string_view field = takeLine(text);
    if (field.empty()) break;
    const size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return bad("this header line has no name and colon: " +
                 waf::toPrintableUtf8(field.substr(0, 80)));
    }
    if (headers.size() >= 1000) return bad("there are more than 1000 headers");
    headers.emplace_back(field.substr(0, colon), waf::trim(field.substr(colon + 1)));
  }
  return headers;
}

}  // namespace

waf::Result<RawRequest> RawRequest::parse(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  if (text.empty())
    return bad(
        "the request is empty; paste it as it is sent: GET / HTTP/1.1, headers, empty line, body");
  RawRequest request;
  const std::string_view line = takeLine(&text);
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0) {
    return bad("the first line must be METHOD TARGET HTTP/1.1, such as: GET /?q=1 HTTP/1.1");
  }
  request.method = line.substr(0, first);
  const bool has_version = last > first && line.substr(last + 1, 5) == "HTTP/";
  request.uri =
      waf::trim(line.substr(first, has_version ? last - first : std::string_view::npos), " ");
  request.protocol = has_version ? line.substr(last + 1) : "HTTP/1.1";
  if (request.uri.empty()) return bad("the first line has no target; write GET /path HTTP/1.1");
  auto headers = readHeaders(&text);
  if (!headers) return waf::fail(headers.error());
  request.headers = std::move(*headers);
  request.body = readBody(request.headers, text);
  return request;
}

waf::Result<RawResponse> RawResponse::parse(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  RawResponse response;
  const std::string_view line = takeLine(&text);
  const size_t blank = line.find(' ');
  uint64_t status = 0;
  if (!line.starts_with("HTTP/") || blank == std::string_view::npos ||
      !waf::parseUint64(line.substr(blank + 1, 3), &status) || status < 100 || status > 999) {
    return bad("the response's first line must be such as: HTTP/1.1 200 OK");
  }
  response.protocol = line.substr(0, blank);
  response.status = static_cast<int>(status);
  auto headers = readHeaders(&text);
  if (!headers) return waf::fail(headers.error());
  response.headers = std::move(*headers);
  response.body = readBody(response.headers, text);
  return response;
}

}  // namespace admin
