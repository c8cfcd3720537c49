#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http1/message.h"
#include "gateway/http2/head_builder.h"
#include "gateway/loop/signal.h"

namespace gateway {

// One stream of an HTTP/2 connection: what came of its request and what goes out of its response.
// Shared by the codec, until the stream is closed, and the coroutine that serves it; both on the
// loop's thread. What came in is bounded by the stream's window.
struct Http2Stream {
  Http2Stream(EventLoop* loop, int32_t number) : id(number), changed(loop), moved(loop) {}

  const int32_t id;

  // The request. The head is complete when the codec tells of the stream.
  RequestHead head;
  std::optional<Refusal> refusal;       // of the head
  std::string inbound;                  // body that was not taken yet
  std::optional<uint64_t> announced;    // Content-Length
  uint64_t received = 0;                // of the body, in all
  bool inbound_end = false;             // nothing follows `inbound`
  Trailers inbound_trailers;            // once inbound_end is set
  std::optional<Refusal> body_refusal;  // the body or its trailers break the rules

  // The response's next bytes: a view into the server's memory, until `moved` tells that it is
  // empty.
  std::string_view outbound;
  bool outbound_end = false;  // nothing but `trailers` follows `outbound`
  Trailers trailers;          // of the response, before outbound_end is set
  bool begun = false;         // the head was handed over
  bool ended = false;         // the response's end is in a frame

  bool closed = false;  // by both sides, by either's reset, or with the connection

  Signal changed;                   // of the request's body, or closed
  Signal moved;                     // outbound became shorter, or closed
  std::function<void()> on_closed;  // of the server, may be empty

 private:
  friend class Http2Codec;
  std::optional<Http2HeadBuilder> builder;  // while the head's block comes in
  size_t trailer_bytes = 0;
  bool deferred = false;  // the codec waits for resume()
};

}  // namespace gateway
