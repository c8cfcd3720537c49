#pragma once

#include <nghttp2/nghttp2.h>

#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// A request's head, as upstreamHead() writes it for HTTP/1, as the header list of HTTP/2 (RFC 9113,
// 8.3.1): the pseudo-header fields, Host as :authority, the others with lower-case names and
// without those of HTTP/1 connections. Views into itself: neither copied nor moved.
class Http2RequestFields {
 public:
  // `te_trailers`: the client takes trailers, and says so (gRPC asks for it).
  Http2RequestFields(std::string head, std::string_view scheme, bool te_trailers);
  Http2RequestFields(const Http2RequestFields&) = delete;
  Http2RequestFields& operator=(const Http2RequestFields&) = delete;

  const std::vector<nghttp2_nv>& list() const { return list_; }

 private:
  void add(std::string_view name, std::string_view value, uint8_t flags = NGHTTP2_NV_FLAG_NONE);

  std::string head_;
  std::string scheme_;
  std::vector<nghttp2_nv> list_;
};

}  // namespace gateway
