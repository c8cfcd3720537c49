#include "gateway/http2/request_fields.h"

#include "waf/base/text.h"

namespace gateway {
namespace {

// RFC 9113, 8.2.2, and Host, which becomes :authority.
bool isDropped(std::string_view name) {
  for (const std::string_view each : {"connection", "keep-alive", "proxy-connection",
                                      "transfer-encoding", "upgrade", "te", "host"}) {
    if (name == each) return true;
  }
  return false;
}

// Differs with every request, or is a secret: not for the table of the compression (RFC 7541, 7.1).
bool isUnique(std::string_view name) {
  for (const std::string_view each :
       {"x-request-id", "authorization", "cookie", "x-forwarded-for", "x-real-ip"}) {
    if (name == each) return true;
  }
  return false;
}

}  // namespace

Http2RequestFields::Http2RequestFields(std::string head, std::string_view scheme, bool te_trailers)
    : head_(std::move(head)), scheme_(scheme) {
  struct Line {
    std::string_view name;
    std::string_view value;
  };
  std::vector<Line> lines;
  std::string_view authority;
  const std::string_view text = head_;
  const size_t first_end = std::min(text.find("\r\n"), text.size());
  const std::string_view first = text.substr(0, first_end);
  size_t start = first_end + 2;
  while (start < text.size()) {
    const size_t end = text.find("\r\n", start);
    const size_t colon = text.find(':', start);
    if (end == std::string_view::npos || colon >= end) break;
    for (size_t i = start; i < colon; ++i) head_[i] = waf::asciiLower(head_[i]);
    const Line line{text.substr(start, colon - start),
                    waf::trim(text.substr(colon + 1, end - colon - 1), " \t")};
    if (line.name == "host") authority = line.value;
    if (!isDropped(line.name)) lines.push_back(line);
    start = end + 2;
  }
  const size_t space = first.find(' ');
  const size_t second = first.rfind(' ');
  list_.reserve(lines.size() + 5);
  add(":method", first.substr(0, space));
  add(":scheme", scheme_);
  if (!authority.empty()) add(":authority", authority);
  add(":path", first.substr(space + 1, second - space - 1));
  for (const Line& line : lines) {
    add(line.name, line.value,
        isUnique(line.name) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
  }
  if (te_trailers) add("te", "trailers");
}

void Http2RequestFields::add(std::string_view name, std::string_view value, uint8_t flags) {
  nghttp2_nv field{};
  field.name = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data()));
  field.namelen = name.size();
  field.value = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data()));
  field.valuelen = value.size();
  field.flags = flags;
  list_.push_back(field);
}

}  // namespace gateway
