#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http1/body_reader.h"
#include "gateway/http1/body_writer.h"
#include "gateway/http1/message.h"
#include "gateway/http1/response_parser.h"
#include "gateway/loop/frame_pool.h"
#include "gateway/upstream/connection_pool.h"
#include "gateway/upstream/endpoint.h"

namespace gateway {

enum class UpstreamFault : uint8_t {
  None,
  Connect,           // refused or unreachable: 502
  ConnectTimeout,    // 504
  Send,              // the connection broke while the request was sent: 502
  SendTimeout,       // 504
  Closed,            // it closed before the response's first byte: 502
  FirstByteTimeout,  // 504
  Protocol,          // the response breaks HTTP: 502
  Truncated,         // it closed within the response
  BodyTimeout,       // no byte of the response body for too long
  Cancelled,         // the loop stops
};

struct ExchangeResult {
  UpstreamFault fault = UpstreamFault::None;
  std::string
      detail;  // "connect 127.0.0.1:9000: connection refused": for logs and events, not for clients
  // No byte of the response came, so another attempt cannot show an answer twice. The caller adds
  // what it knows: whether the method is idempotent and the body can be sent again.
  bool retry_safe = false;
  // The request went out on a connection that had been idle, which the upstream may have closed at
  // the same moment: an attempt on a new connection to the same endpoint is due, and this is no
  // sign of ill health.
  bool reused = false;
  // The upstream says that it did nothing of the request (RFC 9113, 8.7): it may be sent again
  // whatever its method.
  bool refused = false;

  bool ok() const { return fault == UpstreamFault::None; }
  int status() const;  // 502 or 504
};

// One request and its response with an endpoint, over HTTP/1 or HTTP/2: connect(), begin(),
// sendBody()… finishRequest(), readHead(), readBody()… in this order, each awaited before the next
// (over HTTP/2 sending and reading may go on at once). Lives in the coroutine of the request.
class EndpointExchange {
 public:
  // As the coroutines' frames, and as short-lived.
  static void* operator new(size_t bytes) { return FramePool::allocate(bytes); }
  static void operator delete(void* exchange, size_t bytes) noexcept {
    FramePool::release(exchange, bytes);
  }

  EndpointExchange() = default;
  virtual ~EndpointExchange() = default;
  EndpointExchange(const EndpointExchange&) = delete;
  EndpointExchange& operator=(const EndpointExchange&) = delete;

  // A connection that is there already, or with `fresh` (a second attempt) a new one in any case.
  virtual Task<ExchangeResult> connect(bool fresh) = 0;

  // The head as for HTTP/1, kept back until the body's first piece or the end. `method` is that of
  // the request line. `te_trailers`: the client takes trailers.
  virtual void begin(std::string head, std::string_view method, BodyFraming framing,
                     bool te_trailers) = 0;
  // Sends the head before there is a body.
  virtual Task<ExchangeResult> flushHead() = 0;
  virtual Task<ExchangeResult> sendBody(std::string_view data) = 0;
  // The end of the request; `data` is the last piece, if any. A failure to send is not yet final
  // where the upstream answered early: readHead() tells.
  virtual Task<ExchangeResult> finishRequest(std::string_view data, const Trailers& trailers) = 0;

  // The final response; interim ones are skipped, 101 is a Protocol fault.
  virtual Task<ExchangeResult> readHead(ResponseHead* head, const HeadLimits& limits) = 0;
  // The next part of the body, as BodyReader::next.
  virtual Task<BodyPart> readBody() = 0;
  // What is there already, without waiting: Data with empty data when nothing is.
  virtual BodyPart pollBody() = 0;
  // The part that was read last is the body's last, as BodyReader::atLastPart; the next poll gives
  // End.
  virtual bool atLastPart() const = 0;
  // Of the response, once its body's End came.
  virtual const Trailers& trailers() const = 0;

  // Whoever waits in one of the above is resumed with Cancelled.
  virtual void cancel() = 0;
  // At once: the response is of no use any more.
  virtual void abandon() = 0;
};

// Over HTTP/1, alone on its connection. Destroying it gives the connection back to the pool if both
// messages are complete and it may live on, and closes it otherwise.
class UpstreamExchange final : public EndpointExchange {
 public:
  UpstreamExchange(ConnectionPool* pool, const UpstreamAddress& address, UpstreamTimeouts timeouts);
  ~UpstreamExchange() override;

  // Bytes that a connection begins with and that name the client: it is then a new one, for this
  // request alone. Before connect().
  void setPreface(std::string preface) { preface_ = std::move(preface); }
  Task<ExchangeResult> connect(bool fresh = false) override;
  void begin(std::string head, std::string_view method, BodyFraming framing,
             bool te_trailers = false) override;
  Task<ExchangeResult> flushHead() override;
  Task<ExchangeResult> sendBody(std::string_view data) override;
  Task<ExchangeResult> finishRequest(std::string_view data = {},
                                     const Trailers& trailers = kNoTrailers) override;
  Task<ExchangeResult> readHead(ResponseHead* head, const HeadLimits& limits = {}) override;
  Task<BodyPart> readBody() override;
  BodyPart pollBody() override;
  bool atLastPart() const override;
  const Trailers& trailers() const override { return reader_.trailers(); }

  bool reused() const { return reused_; }
  // The address that was connected to; "" before.
  std::string peer() const;
  void cancel() override;
  void abandon() override;

 private:
  Task<ExchangeResult> connectAnew();
  Task<ExchangeResult> sending(Task<IoResult> writing);
  Task<ExchangeResult> finishSending(Task<IoResult> writing);
  ExchangeResult failure(UpstreamFault fault, std::string_view doing, std::string_view why);
  std::string_view reasonOf(const IoResult& result) const;
  ExchangeResult sent(const IoResult& result);
  ExchangeResult takenBack() {
    return failure(UpstreamFault::Cancelled, "exchange with", "cancelled");
  }
  ExchangeResult headFault(const IoResult& result);
  Deadline after(std::chrono::milliseconds span) const { return pool_->loop().after(span); }

  ConnectionPool* pool_;
  const UpstreamAddress* address_;
  UpstreamTimeouts timeouts_;
  std::unique_ptr<UpstreamConnection> connection_;
  std::string preface_;
  std::optional<BodyWriter> writer_;
  std::string method_;
  ResponseParser parser_;
  BodyReader reader_;
  bool cancelled_ = false;  // who is between two waits sees it at the next step
  bool reused_ = false;
  bool request_done_ = false;
  bool response_started_ = false;  // a byte of it came
  bool response_done_ = false;
  bool keep_ = false;  // the response allows to use the connection again
};

}  // namespace gateway
