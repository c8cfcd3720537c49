#pragma once

#include <optional>

#include "gateway/http1/body_reader.h"
#include "gateway/http1/body_writer.h"
#include "gateway/net/input_buffer.h"
#include "gateway/proxy/downstream.h"

namespace gateway {

// One exchange on an HTTP/1 connection. Lives as long as the exchange, beside the connection's
// stream and input.
class Http1Downstream final : public Downstream {
 public:
  // Nothing after the answer is read as a request when `draining`.
  Http1Downstream(Stream& stream, InputBuffer& input, const RequestHead& head, const bool& draining)
      : stream_(stream),
        input_(input),
        draining_(draining),
        reader_(head.framing, head.content_length) {}

  Task<BodyPart> readBody(Deadline deadline) override {
    return reader_.next(stream_, input_, deadline);
  }
  const Trailers& trailers() const override { return reader_.trailers(); }
  void cancelBody() override { stream_.cancelReads(); }
  bool bodyDone() const override { return reader_.done(); }
  Task<IoResult> sendContinue(Deadline deadline) override;
  void begin(Request& request, std::string head, BodyFraming framing) override;
  void beginTunnel(Request& request, std::string head) override;
  Task<IoResult> write(std::string_view data, Deadline deadline) override {
    return writer_->write(data, deadline);
  }
  Task<IoResult> flush(Deadline deadline) override { return writer_->flush(deadline); }
  Task<IoResult> finish(std::string_view data, Deadline deadline,
                        const Trailers& trailers) override {
    if (closes_) stream_.announceEnd();
    return writer_->finishWith(data, deadline, takes_trailers_ ? trailers : kNoTrailers);
  }
  bool started() const override { return writer_ && writer_->started(); }
  void cut() override { stream_.close(true); }
  void closeTunnel() override { stream_.close(); }
  void endTunnel() override {
    linger_ = true;
    stream_.cancelReads();
  }

  // The client may still be sending what nobody reads: close so that it can read the answer.
  bool linger() const { return linger_; }
  // It has no end of its own, so a drain may end it.
  bool tunnelling() const { return tunnelling_; }

 private:
  Stream& stream_;
  InputBuffer& input_;
  const bool& draining_;
  BodyReader reader_;
  std::optional<BodyWriter> writer_;
  bool takes_trailers_ = false;  // RFC 9110, 10.1.4: said so in TE
  bool closes_ = false;          // nothing follows the answer
  bool linger_ = false;
  bool tunnelling_ = false;
};

}  // namespace gateway
