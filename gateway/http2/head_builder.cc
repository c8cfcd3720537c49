#include "gateway/http2/head_builder.h"

#include <array>
#include <cstring>

#include "gateway/http1/grammar.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

constexpr size_t kLongestMethod = 64;

// RFC 9113, 8.2.2.
constexpr std::array<std::string_view, 5> kOfConnections = {
    "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"};

std::optional<Refusal> checkName(std::string_view name) {
  if (!isToken(name)) {
    return Refusal{400,
                   "A header field's name is empty or contains a byte that names cannot have."};
  }
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      return Refusal{400, "A header field's name contains an upper case letter."};
    }
  }
  for (const std::string_view other : kOfConnections) {
    if (name == other) return Refusal{400, "A header field is one of HTTP/1 connections only."};
  }
  return std::nullopt;
}

bool isSpace(char c) { return c == ' ' || c == '\t'; }

std::optional<Refusal> checkValue(std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      return Refusal{400, "A header field's value contains a control byte."};
    }
  }
  if (!value.empty() && (isSpace(value.front()) || isSpace(value.back()))) {
    return Refusal{400, "A header field's value starts or ends with white space."};
  }
  return std::nullopt;
}

uint16_t portOf(uint16_t port, std::string_view scheme) {
  if (port != 0) return port;
  return scheme == "https" ? 443 : 80;
}

}  // namespace

std::optional<Refusal> checkTrailerField(std::string_view name, std::string_view value) {
  if (name.starts_with(':')) return Refusal{400, "A trailer section has a pseudo-header field."};
  if (auto no = checkName(name)) return no;
  if (auto no = checkValue(value)) return no;
  // RFC 9110, 6.5.1: framing and routing cannot come afterwards.
  for (const std::string_view other : {"content-length", "host", "te", "trailer"}) {
    if (name == other) return Refusal{400, "A trailer section has a field of the head's."};
  }
  return std::nullopt;
}

void Http2HeadBuilder::refuse(Refusal refusal) {
  if (!refusal_) refusal_ = refusal;
}

void Http2HeadBuilder::add(std::string_view name, std::string_view value) {
  const size_t size = name.size() + value.size() + 4;
  if (full_ || bytes_ + size > limits_.head_bytes) {
    full_ = true;
    refuse({431, "The request's head is too large."});
    return;
  }
  bytes_ += size;
  if (name.starts_with(':')) {
    addPseudo(name, value);
  } else {
    addField(name, value);
  }
}

void Http2HeadBuilder::addPseudo(std::string_view name, std::string_view value) {
  static constexpr std::array<std::string_view, kPseudos> kNames = {
      ":method", ":scheme", ":authority", ":path", ":protocol"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name != kNames[i] || (i == kProtocol && !extended_connect_)) continue;
    if (!lines_.empty()) refuse({400, "A pseudo-header field stands behind a header field."});
    if (pseudo_[i]) {
      refuse({400, "A pseudo-header field stands twice."});
    } else {
      pseudo_[i].emplace(value);
    }
    return;
  }
  refuse({400, "A pseudo-header field is not one of requests."});
}

void Http2HeadBuilder::addField(std::string_view name, std::string_view value) {
  if (lines_.size() >= limits_.fields) {
    refuse({431, "The head has too many header fields."});
    return;
  }
  auto no = checkName(name);
  if (!no) no = checkValue(value);
  if (!no && name == "te" && !waf::equalsIgnoreCase(value, "trailers")) {
    no = Refusal{400, "The TE field has another value than trailers."};
  }
  if (no) refuse(*no);
  // RFC 9113, 8.2.3: a field that was split for compression is one again. An empty crumb would
  // leave a space at an end of the value, which no field of HTTP/1 keeps.
  if (name == "cookie" && cookie_) {
    std::string& whole = lines_[*cookie_].value;
    if (!whole.empty() && !value.empty()) whole.append("; ");
    whole.append(value);
    return;
  }
  if (name == "cookie") cookie_ = lines_.size();
  if (lines_.empty()) lines_.reserve(16);
  lines_.push_back({std::string(name), std::string(value)});
}

std::optional<Refusal> Http2HeadBuilder::finish(bool end_stream, RequestHead* head) {
  head->clear();
  store(head);
  if (refusal_) return refusal_;
  return check(end_stream, head);
}

// The head as bytes, as HTTP/1 would have it, and the views into them.
void Http2HeadBuilder::store(RequestHead* head) const {
  const std::string method = pseudo_[kMethod].value_or("");
  const std::string path = pseudo_[kPath].value_or("");
  const std::string authority = pseudo_[kAuthority].value_or("");
  bool host = false;
  for (const Line& line : lines_) host = host || line.name == "host";
  head->storage = Buffer(bytes_ + method.size() + path.size() + 64);
  char* const start = head->storage.data();
  char* at = start;
  const auto put = [&at](std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    const std::string_view stored(at, text.size());
    at += text.size();
    return stored;
  };
  const auto field = [&](std::string_view name, std::string_view value) {
    const std::string_view stored_name = put(name);
    put(": ");
    head->fields.add(stored_name, put(value));
    put("\r\n");
  };
  head->major_version = 2;
  head->minor_version = 0;
  head->protocol = "HTTP/2.0";
  head->method = put(method);
  put(" ");
  head->target = put(path);
  put(" HTTP/2.0\r\n");
  if (!host && has(kAuthority)) field("host", authority);
  for (const Line& line : lines_) field(line.name, line.value);
  put("\r\n");
  head->bytes = {start, static_cast<size_t>(at - start)};
}

std::optional<Refusal> Http2HeadBuilder::check(bool end_stream, RequestHead* head) const {
  if (!has(kMethod)) return Refusal{400, "The request has no :method."};
  if (!isToken(head->method)) return Refusal{400, "The request method is not a token."};
  if (head->method.size() > kLongestMethod) return Refusal{501, "The request method is too long."};
  if (head->method == "CONNECT") {
    if (auto no = checkConnect(head)) return no;
  } else if (has(kProtocol)) {
    return Refusal{400, "A :protocol stands in a request other than CONNECT."};
  }
  if (!has(kScheme)) return Refusal{400, "The request has no :scheme."};
  if (*pseudo_[kScheme] != "https" && *pseudo_[kScheme] != "http") {
    return Refusal{400, "The :scheme is neither http nor https."};
  }
  if (auto no = checkTarget(head)) return no;
  if (auto no = checkAuthority(head)) return no;

  const size_t lengths = head->fields.count("content-length");
  if (lengths > 1) return Refusal{400, "The request has more than one Content-Length field."};
  if (lengths == 1) {
    if (!parseContentLength(head->fields.value("content-length"), &head->content_length)) {
      return Refusal{400, "The Content-Length field is invalid."};
    }
    if (end_stream && head->content_length > 0) {
      return Refusal{400, "The request's body is shorter than its Content-Length."};
    }
    head->framing = BodyFraming::Length;
  } else if (!end_stream && !head->upgrade) {
    head->framing = BodyFraming::Chunked;
  }
  const HeaderField* const expect = head->fields.find("expect");
  if (expect != nullptr) {
    if (!waf::equalsIgnoreCase(expect->value, "100-continue") || head->fields.count("expect") > 1) {
      return Refusal{417, "The expectation is not 100-continue."};
    }
    head->expect_continue = head->hasBody();
  }
  return std::nullopt;
}

std::optional<Refusal> Http2HeadBuilder::checkConnect(RequestHead* head) const {
  if (has(kProtocol)) {  // RFC 8441, 4: then it has a scheme and a path, too
    if (*pseudo_[kProtocol] != "websocket") return Refusal{501, "The :protocol is not websocket."};
    // Rules see, and the upstream gets, the handshake that HTTP/1 has for it.
    head->upgrade = true;
    head->method = "GET";
    head->fields.add("upgrade", "websocket");
    return std::nullopt;
  }
  if (has(kScheme) || has(kPath)) return Refusal{400, "A CONNECT has a :scheme or a :path."};
  std::string host;
  uint16_t port = 0;
  if (!parseAuthority(pseudo_[kAuthority].value_or(""), &host, &port) || port == 0) {
    return Refusal{400, "The target of CONNECT is not a host and a port."};
  }
  return Refusal{405, "This gateway opens no tunnels."};
}

std::optional<Refusal> Http2HeadBuilder::checkTarget(RequestHead* head) const {
  const std::string_view target = head->target;
  if (!has(kPath) || target.empty()) return Refusal{400, "The request has no :path."};
  if (target.size() > limits_.uri_bytes) return Refusal{414, "The request target is too long."};
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      return Refusal{400, "The request target contains white space or a control byte."};
    }
    if (c == '#') return Refusal{400, "The request target contains a fragment."};
  }
  if (target == "*" && head->method == "OPTIONS") {
    head->form = TargetForm::Asterisk;
    head->path = target;
    return std::nullopt;
  }
  if (target.front() != '/') return Refusal{400, "The :path does not start with a slash."};
  const size_t mark = target.find('?');
  head->path = target.substr(0, mark);
  head->has_query = mark != std::string_view::npos;
  if (head->has_query) head->query = target.substr(mark + 1);
  return std::nullopt;
}

// RFC 9113, 8.3.1: :authority, or Host where it came from HTTP/1; where both stand they agree.
std::optional<Refusal> Http2HeadBuilder::checkAuthority(RequestHead* head) const {
  if (head->fields.count("host") > 1) {
    return Refusal{400, "The request has more than one Host field."};
  }
  const HeaderField* const host = head->fields.find("host");
  if (host == nullptr) return Refusal{400, "The request has neither :authority nor Host."};
  head->authority = host->value;
  if (!parseAuthority(head->authority, &head->host, &head->port)) {
    return Refusal{400, "The request's authority is invalid."};
  }
  if (!has(kAuthority)) return std::nullopt;
  std::string name;
  uint16_t port = 0;
  if (!parseAuthority(*pseudo_[kAuthority], &name, &port)) {
    return Refusal{400, "The request's authority is invalid."};
  }
  const std::string& scheme = *pseudo_[kScheme];
  if (name != head->host || portOf(port, scheme) != portOf(head->port, scheme)) {
    return Refusal{400, "The Host field differs from the :authority."};
  }
  return std::nullopt;
}

}  // namespace gateway
