#pragma once

#include <memory>
#include <string>

#include "gateway/http2/codec.h"
#include "gateway/proxy/downstream.h"

namespace gateway {

// One exchange on a stream of an HTTP/2 connection. Lives in the coroutine that serves the stream;
// `output` wakes the connection's writer.
class Http2Downstream final : public Downstream {
 public:
  Http2Downstream(EventLoop* loop, Http2Codec& codec, std::shared_ptr<Http2Stream> stream,
                  Signal& output)
      : loop_(loop), codec_(codec), stream_(std::move(stream)), output_(output) {}
  // Resets what has not ended in order.
  ~Http2Downstream() override;

  Task<BodyPart> readBody(Deadline deadline) override;
  const Trailers& trailers() const override { return stream_->inbound_trailers; }
  void cancelBody() override;
  bool bodyDone() const override;
  Task<IoResult> sendContinue(Deadline deadline) override;
  void begin(Request& request, std::string head, BodyFraming framing) override;
  void beginTunnel(Request& request, std::string head) override;
  Task<IoResult> write(std::string_view data, Deadline deadline) override;
  Task<IoResult> flush(Deadline deadline) override;
  Task<IoResult> finish(std::string_view data, Deadline deadline,
                        const Trailers& trailers) override;
  bool started() const override { return stream_->begun; }
  void cut() override;
  void closeTunnel() override;
  void endTunnel() override { closeTunnel(); }
  bool tunnelling() const { return tunnelling_; }

 private:
  bool sendHead(bool body);
  void giveBack();
  Task<IoResult> send(std::string_view data, bool last, Deadline deadline);

  EventLoop* const loop_;
  Http2Codec& codec_;
  const std::shared_ptr<Http2Stream> stream_;
  Signal& output_;
  std::string part_;  // what the last readBody() handed out
  std::string head_;  // of the answer, not yet handed over
  int status_ = 0;    // instead of the head's
  bool tunnelling_ = false;
  bool ended_tunnel_ = false;
  bool body_cancelled_ = false;
};

}  // namespace gateway
