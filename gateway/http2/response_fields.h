#pragma once

#include <nghttp2/nghttp2.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http1/message.h"
#include "gateway/loop/frame_pool.h"
#include "waf/base/spare_strings.h"

namespace gateway {

using Http2FieldList = std::vector<nghttp2_nv, FrameAllocator<nghttp2_nv>>;

// A response's head, as HeadWriter writes it (status line and field lines, with or without the
// empty line), as the header list of HTTP/2: :status, then the fields with lower-case names. Views
// into itself: neither copied nor moved.
class Http2ResponseFields {
 public:
  // `status` overrides the status line's where it is not 0.
  explicit Http2ResponseFields(std::string head, int status = 0);
  ~Http2ResponseFields() { waf::giveSpareString(std::move(head_)); }
  Http2ResponseFields(const Http2ResponseFields&) = delete;
  Http2ResponseFields& operator=(const Http2ResponseFields&) = delete;

  const Http2FieldList& list() const { return list_; }

 private:
  void add(char* name, size_t name_length, std::string_view value, uint8_t flags);

  std::string head_;
  std::string status_;
  Http2FieldList list_;
};

// A trailer section as a header list: names in lower case, without those that may not go on. Views
// into itself.
class Http2TrailerFields {
 public:
  explicit Http2TrailerFields(const Trailers& trailers);
  Http2TrailerFields(const Http2TrailerFields&) = delete;
  Http2TrailerFields& operator=(const Http2TrailerFields&) = delete;

  const std::vector<nghttp2_nv>& list() const { return list_; }

 private:
  Trailers fields_;
  std::vector<nghttp2_nv> list_;
};

}  // namespace gateway
