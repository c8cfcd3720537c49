#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/http2/flood_guard.h"
#include "gateway/http2/stream.h"
#include "gateway/loop/frame_pool.h"

namespace gateway {

// What a server of streams is told, from within Http2Codec::receive() and collect(): it may not
// call these two from there.
class Http2Events {
 public:
  // The head is complete (or was refused: stream->refusal). The body follows as it comes.
  virtual void onRequest(const std::shared_ptr<Http2Stream>& stream) = 0;
  // Once a connection: what ended it, or a stream before it was a request. `flood`: a limit.
  virtual void onFault(bool flood, const std::string& detail) = 0;

 protected:
  ~Http2Events() = default;
};

struct Http2Limits {
  HeadLimits head;
  uint32_t streams = 100;
  uint32_t stream_window = 256u << 10;
  uint32_t connection_window = 1u << 20;
  bool extended_connect = false;
};

// The server side of one HTTP/2 connection without its socket: bytes in, bytes out (RFC 9113, by
// nghttp2). Messages are checked here, not by nghttp2, so that a refusal can be answered and told.
// Windows are given back only by consume(). Owned by its connection, used on the loop's thread.
class Http2Codec {
 public:
  // Null when there is no memory. The loop's time is the time of the limits.
  static std::unique_ptr<Http2Codec> create(EventLoop* loop, const Http2Limits& limits,
                                            Http2Events* events);
  ~Http2Codec();
  Http2Codec(const Http2Codec&) = delete;
  Http2Codec& operator=(const Http2Codec&) = delete;

  // For the heads that come from now on.
  void setHeadLimits(const HeadLimits& limits) { limits_.head = limits; }

  // False: the connection is at its end; what collect() gives is its last word.
  bool receive(std::string_view bytes);
  // Appends what is to be sent until *out has `limit` bytes. False: as above, and nothing comes
  // after it.
  bool collect(std::string* out, size_t limit);
  // All was said in both directions: close.
  bool done() const;
  // Control frames wait that the peer asked for and does not read.
  bool congested() const;

  // The response; a head as HeadWriter writes it. Without `body` it is the end.
  void respond(Http2Stream& stream, std::string head, int status, bool body);
  void respondInterim(Http2Stream& stream, std::string head);
  // stream.outbound or outbound_end changed.
  void resume(Http2Stream& stream);
  // Gives back window for bytes that were taken from stream.inbound.
  void consume(Http2Stream& stream, size_t bytes);
  // RST_STREAM, unless the stream is closed.
  void reset(Http2Stream& stream, uint32_t code);

  // GOAWAY without a last stream; then the one that takes no more; then at once with an error.
  void announceShutdown();
  void shutdown();
  void terminate(uint32_t code);
  // Tells, if nothing was told of this connection yet, what ends it.
  void tell(bool flood, std::string detail) { fault(flood, std::move(detail)); }
  // The connection broke: every stream is closed.
  void closeStreams();

  // A block of header fields began and has not ended.
  bool withinHead() const { return within_head_; }
  bool settled() const { return settled_; }  // the peer's SETTINGS came

 private:
  struct Callbacks;
  struct SessionDelete {
    void operator()(nghttp2_session* session) const;
  };

  Http2Codec(EventLoop* loop, const Http2Limits& limits, Http2Events* events);
  bool open();
  Http2Stream* find(int32_t id) const;
  void onHeadersStart(int32_t id);
  void onContinuation(size_t bytes);
  void onFrame(const nghttp2_frame& frame);
  void onHeadersEnd(Http2Stream& stream, bool request, bool end_stream);
  void endOfBody(Http2Stream& stream);
  void onData(Http2Stream& stream, std::string_view data);
  void onSent(const nghttp2_frame& frame);
  void onClose(int32_t id);
  void endIfLeft();
  void refuseBody(Http2Stream& stream, Refusal refusal);
  void fault(bool flood, std::string detail);
  void flooded(const char* what);

  EventLoop* const loop_;
  Http2Limits limits_;
  Http2Events* const events_;
  std::unique_ptr<nghttp2_session, SessionDelete> session_;
  using StreamTable =
      std::unordered_map<int32_t, std::shared_ptr<Http2Stream>, std::hash<int32_t>, std::equal_to<>,
                         FrameAllocator<std::pair<const int32_t, std::shared_ptr<Http2Stream>>>>;
  StreamTable streams_;
  FloodGuard frames_{2000, 100};    // received frames that move nothing
  FloodGuard resets_{100, 10};      // streams that we had to reset
  FloodGuard taken_back_{500, 50};  // streams that the peer reset
  struct Block {                    // the continuation of a head
    size_t frames = 0;
    size_t bytes = 0;
  };
  Block block_;
  int32_t newest_ = 0;                                // stream that was opened
  std::vector<std::pair<int32_t, int32_t>> skipped_;  // numbers below it that were not
  bool within_head_ = false;
  bool settled_ = false;
  bool leaving_ = false;  // the peer's GOAWAY came
  bool broken_ = false;
  bool told_ = false;
  std::string* collected_ = nullptr;  // while collect() runs
  size_t collect_limit_ = 0;
  std::string complaint_;  // nghttp2's last message
};

}  // namespace gateway
