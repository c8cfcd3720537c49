#pragma once

#include <memory>
#include <string>

#include "gateway/upstream/exchange.h"
#include "gateway/upstream/http2_pool.h"

namespace gateway {

// One request and its response on a stream of an HTTP/2 connection that others use, too. Destroying
// it gives the stream up where it is not at its end; the connection lives on.
class Http2Exchange final : public EndpointExchange {
 public:
  Http2Exchange(Http2Pool* pool, EventLoop* loop, const UpstreamAddress& address,
                UpstreamTimeouts timeouts)
      : pool_(pool), loop_(loop), address_(&address), timeouts_(timeouts) {}
  ~Http2Exchange() override { abandon(); }

  Task<ExchangeResult> connect(bool fresh) override;
  void begin(std::string head, std::string_view method, BodyFraming framing,
             bool te_trailers) override;
  Task<ExchangeResult> flushHead() override;
  Task<ExchangeResult> sendBody(std::string_view data) override;
  Task<ExchangeResult> finishRequest(std::string_view data, const Trailers& trailers) override;
  Task<ExchangeResult> readHead(ResponseHead* head, const HeadLimits& limits) override;
  Task<BodyPart> readBody() override;
  BodyPart pollBody() override;
  bool atLastPart() const override;
  const Trailers& trailers() const override;
  void cancel() override;
  void abandon() override;

 private:
  ExchangeResult failure(UpstreamFault fault, std::string_view doing, std::string_view why) const;
  ExchangeResult closedEarly() const;
  bool open(bool body);
  Task<ExchangeResult> send(std::string_view data, bool last);
  void giveBack();
  bool takePart(BodyPart* part);

  Http2Pool* const pool_;
  EventLoop* const loop_;
  const UpstreamAddress* const address_;
  const UpstreamTimeouts timeouts_;
  std::shared_ptr<Http2Connection> connection_;
  std::shared_ptr<Http2ClientStream> stream_;
  std::string head_;  // of the request, not yet handed over
  std::string method_;
  bool te_trailers_ = false;
  std::string part_;  // what the last read handed out
  // The head is the whole response: a stream that ends in a fault after it (a body sent in answer
  // to HEAD, which nghttp2 resets) takes nothing from it.
  bool no_body_ = false;
  bool reused_ = false;
  bool cancelled_ = false;
};

}  // namespace gateway
