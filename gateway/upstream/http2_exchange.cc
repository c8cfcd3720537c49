#include "gateway/upstream/http2_exchange.h"

#include "gateway/http1/response_parser.h"
#include "gateway/http2/request_fields.h"

namespace gateway {

ExchangeResult Http2Exchange::failure(UpstreamFault fault, std::string_view doing,
                                      std::string_view why) const {
  ExchangeResult result;
  result.fault = fault;
  result.detail.append(doing).append(" ").append(address_->name).append(": ").append(why);
  const bool started = stream_ != nullptr && !stream_->head.empty();
  result.retry_safe = !started && fault != UpstreamFault::Cancelled;
  result.reused = reused_;
  result.refused = stream_ != nullptr && stream_->refused;
  return result;
}

ExchangeResult Http2Exchange::closedEarly() const {
  const bool started = !stream_->head.empty();
  return failure(started ? UpstreamFault::Truncated : UpstreamFault::Closed, "response of",
                 stream_->fault.empty() ? std::string_view("the stream was closed")
                                        : std::string_view(stream_->fault));
}

Task<ExchangeResult> Http2Exchange::connect(bool fresh) {
  Http2Pool::Opened opened =
      co_await pool_->take(*address_, fresh, loop_->after(timeouts_.connect));
  connection_ = std::move(opened.connection);
  reused_ = opened.reused;
  if (connection_) co_return ExchangeResult{};
  if (opened.status == IoStatus::Timeout) {
    co_return failure(UpstreamFault::ConnectTimeout, "connect", "timed out");
  }
  if (opened.status == IoStatus::Cancelled) {
    co_return failure(UpstreamFault::Cancelled, "connect", "cancelled");
  }
  co_return failure(UpstreamFault::Connect, "connect", opened.why);
}

void Http2Exchange::begin(std::string head, std::string_view method, BodyFraming /*framing*/,
                          bool te_trailers) {
  head_ = std::move(head);
  method_ = method;
  te_trailers_ = te_trailers;
}

bool Http2Exchange::open(bool body) {
  if (stream_) return true;
  const Http2RequestFields fields(std::move(head_), address_->tls ? "https" : "http", te_trailers_);
  stream_ = connection_->open(fields, body);
  if (stream_) stream_->outbound_end = !body;
  return stream_ != nullptr;
}

Task<ExchangeResult> Http2Exchange::send(std::string_view data, bool last) {
  const bool only_head = !stream_ && last && data.empty();
  if (!open(!only_head)) {
    // The connection ended between take() and now: nothing was sent.
    co_return failure(UpstreamFault::Connect, "send to", "the connection is at its end");
  }
  if (only_head) co_return ExchangeResult{};
  stream_->outbound = data;
  stream_->outbound_end = last;
  connection_->resume(*stream_);
  while (!stream_->outbound.empty()) {
    const size_t before = stream_->outbound.size();
    const WaitResult woken = co_await stream_->moved.wait(loop_->after(timeouts_.between_bytes));
    if (cancelled_ || woken == WaitResult::Cancelled) {
      stream_->outbound = {};
      co_return failure(UpstreamFault::Cancelled, "send to", "cancelled");
    }
    if (woken == WaitResult::Timeout && stream_->outbound.size() == before) {
      stream_->outbound = {};
      co_return failure(UpstreamFault::SendTimeout, "send to", "timed out");
    }
  }
  // Closed after a whole response: the upstream does not want the rest.
  if (stream_->closed && !(stream_->outbound_end && stream_->inbound_end)) {
    co_return failure(UpstreamFault::Send, "send to",
                      stream_->fault.empty() ? std::string_view("the stream was closed")
                                             : std::string_view(stream_->fault));
  }
  co_return ExchangeResult{};
}

Task<ExchangeResult> Http2Exchange::flushHead() { return send({}, false); }

Task<ExchangeResult> Http2Exchange::sendBody(std::string_view data) { return send(data, false); }

Task<ExchangeResult> Http2Exchange::finishRequest(std::string_view data, const Trailers& trailers) {
  if (!trailers.empty() && open(true)) stream_->trailers = trailers;
  return send(data, true);
}

Task<ExchangeResult> Http2Exchange::readHead(ResponseHead* head, const HeadLimits& limits) {
  const Deadline deadline = loop_->after(timeouts_.first_byte);
  while (stream_->head.empty()) {
    if (cancelled_) co_return failure(UpstreamFault::Cancelled, "response of", "cancelled");
    if (stream_->closed) co_return closedEarly();
    const WaitResult woken = co_await stream_->changed.wait(deadline);
    if (woken == WaitResult::Timeout) {
      co_return failure(UpstreamFault::FirstByteTimeout, "response of", "timed out");
    }
    if (woken == WaitResult::Cancelled) {
      co_return failure(UpstreamFault::Cancelled, "response of", "cancelled");
    }
  }
  InputBuffer text;
  text.append(stream_->head);
  ResponseParser parser;
  if (parser.parse(text, method_, limits, head) != ParseStatus::Complete) {
    co_return failure(UpstreamFault::Protocol, "response of",
                      parser.refusal().reason.empty() ? std::string_view("its head is too large")
                                                      : parser.refusal().reason);
  }
  no_body_ = head->framing == BodyFraming::None;
  // The end of the body is the stream's, not the connection's.
  if (head->framing == BodyFraming::UntilClose) {
    const bool none = stream_->inbound_end && stream_->inbound.empty();
    head->framing = none ? BodyFraming::None : BodyFraming::Chunked;
  }
  head->keep_alive = true;
  co_return ExchangeResult{};
}

void Http2Exchange::giveBack() {
  if (part_.empty()) return;
  connection_->consume(*stream_, part_.size());
  part_.clear();
}

// False: nothing is there, and more may come.
bool Http2Exchange::takePart(BodyPart* part) {
  giveBack();
  if (!stream_->inbound.empty()) {
    part_.swap(stream_->inbound);
    part->status = BodyPart::Status::Data;
    part->data = part_;
    return true;
  }
  part->status = BodyPart::Status::End;
  if (stream_->inbound_end || (no_body_ && stream_->closed)) return true;
  part->status = BodyPart::Status::Truncated;
  if (stream_->closed) return true;
  part->status = BodyPart::Status::Cancelled;
  return cancelled_;
}

Task<BodyPart> Http2Exchange::readBody() {
  BodyPart part;
  part.status = BodyPart::Status::Failed;
  if (!stream_) co_return part;
  const Deadline deadline = loop_->after(timeouts_.between_bytes);
  while (!takePart(&part)) {
    const WaitResult woken = co_await stream_->changed.wait(deadline);
    if (woken == WaitResult::Timeout || woken == WaitResult::Cancelled) {
      part.status =
          woken == WaitResult::Timeout ? BodyPart::Status::Timeout : BodyPart::Status::Cancelled;
      break;
    }
  }
  co_return part;
}

BodyPart Http2Exchange::pollBody() {
  BodyPart part;
  part.status = BodyPart::Status::Failed;
  if (!stream_) return part;
  if (!takePart(&part)) part.status = BodyPart::Status::Data;
  return part;
}

bool Http2Exchange::atLastPart() const {
  return stream_ && !part_.empty() && stream_->inbound.empty() && stream_->inbound_end &&
         stream_->inbound_trailers.empty();
}

const Trailers& Http2Exchange::trailers() const {
  static const Trailers kNone;
  return stream_ ? stream_->inbound_trailers : kNone;
}

void Http2Exchange::cancel() {
  cancelled_ = true;
  if (!stream_) return;
  stream_->changed.notifyAll();
  stream_->moved.notifyAll();
}

void Http2Exchange::abandon() {
  if (!stream_) return;
  giveBack();
  const bool whole = stream_->inbound_end && stream_->outbound_end && stream_->outbound.empty();
  if (!whole || !stream_->inbound.empty()) connection_->cancel(*stream_);
}

}  // namespace gateway
