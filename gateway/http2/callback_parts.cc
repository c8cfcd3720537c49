#include "gateway/http2/callback_parts.h"

#include <algorithm>

#include "gateway/http2/response_fields.h"

namespace gateway {

ssize_t announce(nghttp2_session* session, int32_t id, const Outbound& outbound, size_t length,
                 uint32_t* flags) {
  const size_t take = std::min(length, outbound.bytes.size());
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (take == outbound.bytes.size() && outbound.end) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!outbound.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const Http2TrailerFields fields(outbound.trailers);
      nghttp2_submit_trailer(session, id, fields.list().data(), fields.list().size());
    }
  } else if (take == 0) {
    *outbound.deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<ssize_t>(take);
}

}  // namespace gateway
