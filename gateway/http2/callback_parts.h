#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/http1/message.h"

// What the callbacks of both sides, the clients' sessions and the connections to upstreams, have in
// common.
namespace gateway {

inline constexpr size_t kMostTrailerBytes = 16384;
inline constexpr size_t kFrameHead = 9;  // RFC 9113, 4.1

struct CallbacksDelete {
  void operator()(nghttp2_session_callbacks* callbacks) const {
    nghttp2_session_callbacks_del(callbacks);
  }
};

inline std::string_view viewOf(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

// What a stream has to send. `deferred` is set when that is nothing now, and more may come.
struct Outbound {
  std::string_view bytes;
  bool end = false;  // nothing but `trailers` follows
  const Trailers& trailers;
  bool* deferred;
};

// The answer of an nghttp2_data_source_read_callback: how many of the bytes go into the next frame
// (they are copied by the send callback), and whether the stream, or its trailers, end there.
ssize_t announce(nghttp2_session* session, int32_t id, const Outbound& outbound, size_t length,
                 uint32_t* flags);

}  // namespace gateway
