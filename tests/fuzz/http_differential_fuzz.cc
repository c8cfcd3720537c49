// What the rules saw is what the upstream receives. A request head that was taken, of HTTP/1 or
// (the first byte is odd) of HTTP/2 field lines, is written as the upstream gets it, over HTTP/1
// and over HTTP/2, and read again: method, host, decoded path and query and every field that goes
// on are the same, in the same order, and no field is there that nobody saw.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http1/hop_by_hop.h"
#include "gateway/http1/request_parser.h"
#include "gateway/http2/head_builder.h"
#include "gateway/http2/request_fields.h"
#include "gateway/proxy/upstream_head.h"
#include "tests/fuzz/require.h"
#include "waf/base/text.h"

namespace {

using gateway::HeaderField;
using gateway::ParseStatus;
using gateway::RequestHead;
using Lines = std::vector<std::pair<std::string, std::string>>;

constexpr gateway::HeadLimits kLimits{4096, 64, 2048};

int hexOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = waf::asciiLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hexOf(text[i + 1]) >= 0 &&
        hexOf(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hexOf(text[i + 1]) * 16 + hexOf(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Written by the gateway, whatever the client sent.
bool isOurs(std::string_view name) {
  for (const std::string_view each :
       {"host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip",
        "x-request-id", "forwarded", "via", "max-forwards", "content-length", "transfer-encoding",
        "connection", "te"}) {
    if (waf::equalsIgnoreCase(name, each)) return true;
  }
  return false;
}

Lines seen(const RequestHead& head) {
  Lines out;
  const gateway::HopByHop hops(head.fields);
  for (const HeaderField& field : head.fields) {
    if (hops.drops(field.name) || isOurs(field.name)) continue;
    out.emplace_back(waf::toLower(field.name), field.value);
  }
  return out;
}

void checkHttp1(const RequestHead& head, const std::string& written) {
  gateway::InputBuffer input;
  input.append(written);
  RequestHead again;
  gateway::RequestParser parser({1 << 20, 1000, 1 << 20});
  require(parser.parse(input, &again) == ParseStatus::Complete && input.empty());
  require(again.method == head.method && again.has_query == head.has_query);
  require(decoded(again.path) == decoded(head.path));
  require(decoded(again.query) == decoded(head.query));
  if (!head.authority.empty()) require(again.host == head.host && again.port == head.port);
  require(again.framing == head.framing && again.content_length == head.content_length);
  require(seen(again) == seen(head));
}

void checkHttp2(const RequestHead& head, const std::string& written) {
  const gateway::Http2RequestFields fields(written, "http", false);
  gateway::Http2HeadBuilder builder({1 << 20, 1000, 1 << 20}, false);
  for (const nghttp2_nv& field : fields.list()) {
    builder.add({reinterpret_cast<const char*>(field.name), field.namelen},
                {reinterpret_cast<const char*>(field.value), field.valuelen});
  }
  RequestHead again;
  const auto refusal = builder.finish(!head.hasBody(), &again);
  // CONNECT and TRACE are never sent on.
  require(!refusal || head.method == "CONNECT");
  if (refusal) return;
  require(again.method == head.method);
  require(decoded(again.path) == decoded(head.path));
  require(decoded(again.query) == decoded(head.query));
  if (!head.authority.empty()) require(again.host == head.host && again.port == head.port);
  // The crumbs of a cookie are one field there.
  Lines lines;
  for (auto& [name, value] : seen(head)) {
    bool joined = false;
    for (auto& [other, text] : lines) {
      if (name != "cookie" || other != "cookie") continue;
      if (!text.empty() && !value.empty()) text += "; ";
      text += value;
      joined = true;
    }
    if (!joined) lines.emplace_back(name, value);
  }
  require(seen(again) == lines);
}

void check(RequestHead head) {
  static const std::unique_ptr<gateway::Site> site = [] {
    auto made = std::make_unique<gateway::Site>();
    made->config.hosts = {"site.example"};
    return made;
  }();
  gateway::Request request;
  request.head = std::move(head);
  request.site = site.get();
  request.id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  request.client_ip = "192.0.2.1";
  request.endpoint = "127.0.0.1:80";
  gateway::UpstreamHeadOptions options;
  options.peer_ip = "192.0.2.1";
  options.framing = request.head.framing;
  options.content_length = request.head.content_length;
  const std::string written = gateway::upstreamHead(request, options);
  checkHttp1(request.head, written);
  checkHttp2(request.head, written);
}

void readHttp2(std::string_view text) {
  gateway::Http2HeadBuilder builder(kLimits, false);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = line.find(':', 1);
    if (colon == std::string_view::npos) continue;
    builder.add(line.substr(0, colon), line.substr(colon + 1));
  }
  RequestHead head;
  if (!builder.finish(false, &head) && !head.upgrade) check(std::move(head));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) {
    readHttp2(text);
    return 0;
  }
  gateway::InputBuffer input;
  input.append(text);
  gateway::RequestParser parser(kLimits);
  RequestHead head;
  if (parser.parse(input, &head) == ParseStatus::Complete) check(std::move(head));
  return 0;
}
