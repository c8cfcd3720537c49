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

  bool ok() const { return fault == UpstreamFault::None; }
  int status() const;  // 502 or 504
};

// One request and its response on one connection to an upstream: connect(), send(), sendBody()…
// finishRequest(), readHead(), readBody()… in this order, each awaited before the next. Destroying
// it gives the connection back to the pool if both messages are complete and it may live on, and
// closes it otherwise. Lives in the coroutine of the request.
class UpstreamExchange {
 public:
  UpstreamExchange(ConnectionPool* pool, const UpstreamAddress& address, UpstreamTimeouts timeouts);
  ~UpstreamExchange();
  UpstreamExchange(const UpstreamExchange&) = delete;
  UpstreamExchange& operator=(const UpstreamExchange&) = delete;

  // Bytes that a connection begins with and that name the client: it is then a new one, for this
  // request alone. Before connect().
  void setPreface(std::string preface) { preface_ = std::move(preface); }
  // An idle connection, or with `fresh` (a second attempt) a new one in any case.
  Task<ExchangeResult> connect(bool fresh = false);

  // The head, kept back until the body's first piece or the end. `method` is that of the request
  // line.
  void begin(std::string head, std::string_view method, BodyFraming framing);
  Task<ExchangeResult> sendBody(std::string_view data);
  // The end of the request; `data` is the last piece, if any. A failure to send is not yet final
  // where the upstream answered early: readHead() tells.
  Task<ExchangeResult> finishRequest(std::string_view data = {});

  // The final response; interim ones are skipped, 101 is a Protocol fault.
  Task<ExchangeResult> readHead(ResponseHead* head, const HeadLimits& limits = {});
  // The next part of the body, as BodyReader::next.
  Task<BodyPart> readBody();
  // What is there already, without waiting: Data with empty data when nothing is.
  BodyPart pollBody();

  bool reused() const { return reused_; }
  // The address that was connected to; "" before.
  std::string peer() const;
  // Whoever waits on the connection now is resumed with Cancelled.
  void cancel();
  // Closes the connection at once: the response is of no use any more.
  void abandon();

 private:
  Task<ExchangeResult> connectAnew();
  ExchangeResult failure(UpstreamFault fault, std::string_view doing, std::string_view why);
  std::string_view reasonOf(const IoResult& result) const;
  ExchangeResult sent(const IoResult& result);
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
  bool reused_ = false;
  bool request_done_ = false;
  bool response_started_ = false;  // a byte of it came
  bool response_done_ = false;
  bool keep_ = false;  // the response allows to use the connection again
};

}  // namespace gateway
