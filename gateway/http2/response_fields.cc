#include "gateway/http2/response_fields.h"

#include "waf/base/text.h"

namespace gateway {
namespace {

// Differs with every response: in the table of the compression it would push out what comes again.
bool isUnique(std::string_view name) { return name == "x-request-id" || name == "set-cookie"; }

nghttp2_nv pairOf(std::string_view name, std::string_view value, uint8_t flags) {
  nghttp2_nv field{};
  field.name = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data()));
  field.namelen = name.size();
  field.value = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data()));
  field.valuelen = value.size();
  field.flags = flags;
  return field;
}

}  // namespace

Http2TrailerFields::Http2TrailerFields(const Trailers& trailers) {
  for (const auto& [name, value] : trailers) {
    if (mayForwardTrailer(name)) fields_.emplace_back(waf::toLower(name), value);
  }
  for (const auto& [name, value] : fields_) {
    list_.push_back(pairOf(name, value, NGHTTP2_NV_FLAG_NONE));
  }
}

Http2ResponseFields::Http2ResponseFields(std::string head, int status) : head_(std::move(head)) {
  status_ = status != 0 ? std::to_string(status) : head_.substr(9, 3);
  static char status_name[] = ":status";
  list_.reserve(24);
  add(status_name, 7, status_, NGHTTP2_NV_FLAG_NONE);
  size_t start = head_.find('\n') + 1;
  while (start != 0 && start < head_.size()) {
    const size_t end = head_.find("\r\n", start);
    const size_t colon = head_.find(':', start);
    if (end == std::string::npos || colon >= end) break;
    for (size_t i = start; i < colon; ++i) {
      if (head_[i] >= 'A' && head_[i] <= 'Z') head_[i] = static_cast<char>(head_[i] + ('a' - 'A'));
    }
    const std::string_view name(head_.data() + start, colon - start);
    const std::string_view value =
        waf::trim(std::string_view(head_.data() + colon + 1, end - colon - 1), " \t");
    add(head_.data() + start, name.size(), value,
        isUnique(name) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
    start = end + 2;
  }
}

void Http2ResponseFields::add(char* name, size_t name_length, std::string_view value,
                              uint8_t flags) {
  list_.push_back(pairOf({name, name_length}, value, flags));
}

}  // namespace gateway
