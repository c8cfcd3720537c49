#include "gateway/http1/head_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/http1/byte_class.h"

namespace gateway {

namespace {

// pchar, "/" and "?" of RFC 3986, and "%".
constexpr std::array<bool, 256> targetTable() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (const char c : {'-', '.', '_', '~', '!', '$', '&', '\'', '(', ')',
                       '*', '+', ',', ';', '=', ':', '@', '/',  '?', '%'}) {
    table[static_cast<size_t>(c)] = true;
  }
  return table;
}

constexpr std::array<bool, 256> kTarget = targetTable();

void appendNumber(uint64_t number, std::string* out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out->append(digits.data(), end);
}

// Makes spaces of the bytes that would end the line, or the text for whoever reads it.
void sanitise(char* value, size_t size) {
  for (size_t i = firstControl({value, size}); i < size; ++i) {
    if (value[i] == '\r' || value[i] == '\n' || value[i] == '\0') value[i] = ' ';
  }
}

void appendSanitised(std::string_view value, std::string* out) {
  const size_t start = out->size();
  out->append(value);
  sanitise(out->data() + start, value.size());
}

}  // namespace

void appendTarget(std::string_view part, std::string* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  while (!part.empty()) {
    const char* at = part.data();
    const char* const end = at + part.size();
    while (at != end && kTarget[static_cast<unsigned char>(*at)]) ++at;
    const auto plain = static_cast<size_t>(at - part.data());
    out->append(part.substr(0, plain));
    if (plain == part.size()) return;
    const auto byte = static_cast<unsigned char>(part[plain]);
    out->push_back('%');
    out->push_back(kHex[byte >> 4]);
    out->push_back(kHex[byte & 15]);
    part.remove_prefix(plain + 1);
  }
}

void HeadWriter::requestLine(std::string_view method, std::string_view path, std::string_view query,
                             bool has_query) {
  out_->append(method).push_back(' ');
  appendTarget(path, out_);
  if (has_query) {
    out_->push_back('?');
    appendTarget(query, out_);
  }
  out_->append(" HTTP/1.1\r\n");
}

void HeadWriter::statusLine(int status, std::string_view reason) {
  out_->append("HTTP/1.1 ");
  appendNumber(static_cast<uint64_t>(status), out_);
  out_->push_back(' ');
  appendSanitised(reason.empty() ? reasonPhrase(status) : reason, out_);
  out_->append("\r\n");
}

void HeadWriter::field(std::string_view name, std::string_view value) {
  const size_t start = out_->size();
  out_->resize(start + name.size() + value.size() + 4);
  char* at = out_->data() + start;
  at = std::copy(name.begin(), name.end(), at);
  *at++ = ':';
  *at++ = ' ';
  char* const copy = at;
  at = std::copy(value.begin(), value.end(), at);
  at[0] = '\r';
  at[1] = '\n';
  sanitise(copy, value.size());
}

void HeadWriter::field(std::string_view name, uint64_t value) {
  out_->append(name).append(": ");
  appendNumber(value, out_);
  out_->append("\r\n");
}

void HeadWriter::framing(BodyFraming framing, uint64_t content_length) {
  if (framing == BodyFraming::Length) field("Content-Length", content_length);
  if (framing == BodyFraming::Chunked) field("Transfer-Encoding", "chunked");
}

std::string_view reasonPhrase(int status) {
  switch (status) {
    // RFC 9110, 15, and the registry for 103, 207, 308, 425, 428, 429, 431, 451, 507, 508, 511.
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 305:
      return "Use Proxy";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 424:
      return "Failed Dependency";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    case 508:
      return "Loop Detected";
    case 511:
      return "Network Authentication Required";
    default:
      return "";
  }
}

}  // namespace gateway
