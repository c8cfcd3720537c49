#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/http1/message.h"
#include "gateway/http2/request_fields.h"
#include "gateway/loop/signal.h"
#include "gateway/net/input_buffer.h"
#include "gateway/net/stream.h"

namespace gateway {

// One request and its response on an Http2Connection. Shared by the connection, until the stream is
// closed, and the exchange; both on the loop's thread. What came in is bounded by the window.
struct Http2ClientStream {
  explicit Http2ClientStream(EventLoop* loop) : changed(loop), moved(loop) {}

  int32_t id = -1;

  // The request's next bytes: a view into the exchange's memory, until `moved` tells that it is
  // empty.
  std::string_view outbound;
  bool outbound_end = false;  // nothing but `trailers` follows
  Trailers trailers;

  std::string head;     // of the final response, as HTTP/1 would have it; "" until it is there
  std::string inbound;  // body that was not taken yet
  bool inbound_end = false;
  Trailers inbound_trailers;

  bool closed = false;
  bool refused = false;  // the upstream did nothing of it: REFUSED_STREAM, or behind a GOAWAY
  std::string fault;     // why it was closed before its end

  Signal changed;  // of the response, or closed
  Signal moved;    // outbound became shorter, or closed

 private:
  friend class Http2Connection;
  std::string incoming;  // of a head that comes in
  size_t trailer_bytes = 0;
  bool deferred = false;  // the connection waits for resume()
};

// The client's side of one HTTP/2 connection to an upstream (RFC 9113, by nghttp2, which checks
// the messages): requests of many exchanges on one connection. Windows are given back by consume().
// Kept alive by the pool and by its own two coroutines, which end when the connection does; used on
// the loop's thread.
class Http2Connection final : public std::enable_shared_from_this<Http2Connection> {
 public:
  // Takes the connected stream and begins; null when there is no memory.
  static std::shared_ptr<Http2Connection> start(std::unique_ptr<Stream> stream);
  ~Http2Connection();
  Http2Connection(const Http2Connection&) = delete;
  Http2Connection& operator=(const Http2Connection&) = delete;

  // A further stream may be opened: it lives, was not told to go away, and has room.
  bool hasRoom() const;
  bool isOver() const { return over_; }
  size_t streams() const { return streams_.size(); }
  uint64_t opened() const { return opened_; }  // streams so far
  waf::MonotonicTime idleSince() const { return idle_since_; }
  std::string peer() const { return stream_->peer().toString(); }

  // Null when the connection takes no more streams.
  std::shared_ptr<Http2ClientStream> open(const Http2RequestFields& fields, bool body);
  // stream.outbound or outbound_end changed.
  void resume(Http2ClientStream& stream);
  // Gives back window for bytes that were taken from stream.inbound.
  void consume(Http2ClientStream& stream, size_t bytes);
  // The response is of no use any more, or the request cannot be completed.
  void cancel(Http2ClientStream& stream);
  // Takes no more; what is under way is finished.
  void retire();

 private:
  struct Callbacks;
  struct SessionDelete {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  explicit Http2Connection(std::unique_ptr<Stream> stream);
  bool begin();
  Http2ClientStream* find(int32_t id) const;
  void onHead(Http2ClientStream& stream, bool end);
  void close(int32_t id, uint32_t code);
  void end(const std::string& why);
  Task<void> readFrames(std::shared_ptr<Http2Connection> self);
  Task<void> writeFrames(std::shared_ptr<Http2Connection> self);

  const std::unique_ptr<Stream> stream_;
  EventLoop* const loop_;
  InputBuffer input_;
  Signal output_;  // there is something to send, or the connection ends
  std::unique_ptr<nghttp2_session, SessionDelete> session_;
  std::unordered_map<int32_t, std::shared_ptr<Http2ClientStream>> streams_;
  uint64_t opened_ = 0;
  bool over_ = false;
  bool retiring_ = false;
  std::string complaint_;  // nghttp2's last message
  waf::MonotonicTime idle_since_;
  std::string* collected_ = nullptr;  // while the writer collects
};

}  // namespace gateway
