#include "gateway/http2/codec_callbacks.h"

#include <algorithm>
#include <string>

#include "gateway/http2/callback_parts.h"

namespace gateway {
namespace {

// What a frame of this kind moves is nothing by itself.
bool isIdle(const nghttp2_frame_hd& head) {
  switch (head.type) {
    case NGHTTP2_DATA:
      return head.length == 0 && (head.flags & NGHTTP2_FLAG_END_STREAM) == 0;
    case NGHTTP2_HEADERS:
      return false;
    default:
      return true;
  }
}

}  // namespace

int Http2Codec::Callbacks::onBeginFrame(nghttp2_session*, const nghttp2_frame_hd* head,
                                        void* user) {
  Http2Codec& codec = self(user);
  if (isIdle(*head) && !codec.frames_.spend(codec.loop_->now())) {
    codec.flooded("frames that carry nothing");
  }
  if (head->type == NGHTTP2_RST_STREAM && !codec.taken_back_.spend(codec.loop_->now())) {
    codec.flooded("streams that the client took back");
  }
  if (head->type == NGHTTP2_HEADERS) codec.onHeadersStart(head->stream_id);
  if (head->type == NGHTTP2_CONTINUATION) codec.onContinuation(head->length);
  return codec.broken_ ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

int Http2Codec::Callbacks::onBeginHeaders(nghttp2_session*, const nghttp2_frame* frame,
                                          void* user) {
  Http2Codec& codec = self(user);
  codec.within_head_ = true;
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  auto stream = std::allocate_shared<Http2Stream>(FrameAllocator<Http2Stream>(), codec.loop_,
                                                  frame->hd.stream_id);
  stream->builder.emplace(codec.limits_.head, codec.limits_.extended_connect);
  codec.streams_[frame->hd.stream_id] = std::move(stream);
  return 0;
}

int Http2Codec::Callbacks::onHeader(nghttp2_session*, const nghttp2_frame* frame,
                                    nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t,
                                    void* user) {
  Http2Stream* const stream = self(user).find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (stream->builder) {
    stream->builder->add(viewOf(name), viewOf(value));
    return 0;
  }
  stream->trailer_bytes += viewOf(name).size() + viewOf(value).size();
  auto no = checkTrailerField(viewOf(name), viewOf(value));
  if (!no && stream->trailer_bytes > kMostTrailerBytes) {
    no = Refusal{431, "The trailer section is too large."};
  }
  if (no) self(user).refuseBody(*stream, *no);
  if (!no && mayForwardTrailer(viewOf(name))) {
    stream->inbound_trailers.emplace_back(viewOf(name), viewOf(value));
  }
  return 0;
}

int Http2Codec::Callbacks::onFrameReceived(nghttp2_session*, const nghttp2_frame* frame,
                                           void* user) {
  self(user).onFrame(*frame);
  return 0;
}

int Http2Codec::Callbacks::onInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error,
                                          void* user) {
  Http2Codec& codec = self(user);
  codec.within_head_ = false;
  if (error == NGHTTP2_ERR_REFUSED_STREAM) {
    codec.fault(true, "more than " + std::to_string(codec.limits_.streams) +
                          " streams at once; the surplus was refused");
    return 0;
  }
  // Once the client has acknowledged the limit, nghttp2 takes a surplus for an error of the
  // connection.
  if (frame->hd.type == NGHTTP2_HEADERS && codec.streams_.size() >= codec.limits_.streams) {
    codec.fault(
        true, "flood of streams, more than " + std::to_string(codec.limits_.streams) + " at once");
    return 0;
  }
  codec.fault(false, codec.complaint_.empty() ? nghttp2_strerror(error) : codec.complaint_);
  return 0;
}

int Http2Codec::Callbacks::onDataChunk(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data,
                                       size_t length, void* user) {
  Http2Codec& codec = self(user);
  const std::string_view bytes(reinterpret_cast<const char*>(data), length);
  if (Http2Stream* const stream = codec.find(id)) {
    codec.onData(*stream, bytes);
  } else {
    nghttp2_session_consume_connection(codec.session_.get(), length);
  }
  return 0;
}

int Http2Codec::Callbacks::onFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  self(user).onSent(*frame);
  return 0;
}

int Http2Codec::Callbacks::onStreamClose(nghttp2_session*, int32_t id, uint32_t, void* user) {
  self(user).onClose(id);
  return 0;
}

int Http2Codec::Callbacks::onError(nghttp2_session*, int, const char* message, size_t length,
                                   void* user) {
  self(user).complaint_.assign(message, std::min<size_t>(length, 200));
  return 0;
}

ssize_t Http2Codec::Callbacks::readData(nghttp2_session* session, int32_t id, uint8_t*,
                                        size_t length, uint32_t* flags, nghttp2_data_source* source,
                                        void*) {
  auto& stream = *static_cast<Http2Stream*>(source->ptr);
  return announce(session, id,
                  {stream.outbound, stream.outbound_end, stream.trailers, &stream.deferred}, length,
                  flags);
}

int Http2Codec::Callbacks::sendData(nghttp2_session*, nghttp2_frame* frame, const uint8_t* head,
                                    size_t length, nghttp2_data_source* source, void* user) {
  Http2Codec& codec = self(user);
  auto& stream = *static_cast<Http2Stream*>(source->ptr);
  // The stream was given up between the two callbacks: its bytes are gone.
  if (stream.outbound.size() < length) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  if (codec.collected_->size() >= codec.collect_limit_) return NGHTTP2_ERR_WOULDBLOCK;
  codec.collected_->append(reinterpret_cast<const char*>(head), kFrameHead);
  // No padding is asked for, so there is none.
  static_cast<void>(frame);
  codec.collected_->append(stream.outbound.data(), length);
  stream.outbound.remove_prefix(length);
  if (length > 0) stream.moved.notifyAll();
  return 0;
}

nghttp2_session_callbacks* Http2Codec::Callbacks::table() {
  static const std::unique_ptr<nghttp2_session_callbacks, CallbacksDelete> made = [] {
    nghttp2_session_callbacks* raw = nullptr;
    nghttp2_session_callbacks_new(&raw);
    std::unique_ptr<nghttp2_session_callbacks, CallbacksDelete> callbacks(raw);
    if (raw == nullptr) return callbacks;
    nghttp2_session_callbacks_set_on_begin_frame_callback(raw, onBeginFrame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(raw, onBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback2(raw, onHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(raw, onFrameReceived);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(raw, onInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, onDataChunk);
    nghttp2_session_callbacks_set_send_data_callback(raw, sendData);
    nghttp2_session_callbacks_set_on_frame_send_callback(raw, onFrameSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(raw, onStreamClose);
    nghttp2_session_callbacks_set_error_callback2(raw, onError);
    return callbacks;
  }();
  return made.get();
}

}  // namespace gateway
