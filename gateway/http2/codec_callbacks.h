#pragma once

#include "gateway/http2/codec.h"

namespace gateway {

// What nghttp2 calls, with the codec as its user data.
struct Http2Codec::Callbacks {
  // For every session of the process; null when there was no memory.
  static nghttp2_session_callbacks* table();
  // The data source of a response: how much of the stream's outbound bytes goes into a frame.
  static ssize_t readData(nghttp2_session* session, int32_t id, uint8_t* out, size_t length,
                          uint32_t* flags, nghttp2_data_source* source, void* user);

 private:
  static Http2Codec& self(void* user) { return *static_cast<Http2Codec*>(user); }
  static int onBeginFrame(nghttp2_session* session, const nghttp2_frame_hd* head, void* user);
  static int onBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int onHeader(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                      nghttp2_rcbuf* value, uint8_t flags, void* user);
  static int onFrameReceived(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int onInvalidFrame(nghttp2_session* session, const nghttp2_frame* frame, int error,
                            void* user);
  static int onDataChunk(nghttp2_session* session, uint8_t flags, int32_t id, const uint8_t* data,
                         size_t length, void* user);
  // The frame itself: from the outbound bytes into what collect() gathers, their only copy.
  static int sendData(nghttp2_session* session, nghttp2_frame* frame, const uint8_t* head,
                      size_t length, nghttp2_data_source* source, void* user);
  static int onFrameSent(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int onStreamClose(nghttp2_session* session, int32_t id, uint32_t code, void* user);
  static int onError(nghttp2_session* session, int code, const char* message, size_t length,
                     void* user);
};

}  // namespace gateway
