#include "gateway/upstream/exchange.h"

#include "gateway/upstream/connect.h"

namespace gateway {

int ExchangeResult::status() const {
  switch (fault) {
    case UpstreamFault::ConnectTimeout:
    case UpstreamFault::SendTimeout:
    case UpstreamFault::FirstByteTimeout:
    case UpstreamFault::BodyTimeout:
      return 504;
    default:
      return 502;
  }
}

UpstreamExchange::UpstreamExchange(ConnectionPool* pool, const UpstreamAddress& address,
                                   UpstreamTimeouts timeouts)
    : pool_(pool), address_(&address), timeouts_(timeouts) {}

UpstreamExchange::~UpstreamExchange() {
  if (!connection_) return;
  if (request_done_ && response_done_ && keep_ && preface_.empty()) {
    ++connection_->exchanges;
    pool_->put(address_->poolKey(), std::move(connection_));
  }
}

void UpstreamExchange::abandon() {
  writer_.reset();
  connection_.reset();
}

void UpstreamExchange::cancel() {
  cancelled_ = true;
  if (connection_) connection_->stream->cancelWaits();
}

std::string UpstreamExchange::peer() const {
  return connection_ ? connection_->stream->peer().toString() : std::string();
}

ExchangeResult UpstreamExchange::failure(UpstreamFault fault, std::string_view doing,
                                         std::string_view why) {
  ExchangeResult result;
  result.fault = fault;
  result.detail.append(doing).append(" ").append(address_->name).append(": ").append(why);
  result.retry_safe = !response_started_ && fault != UpstreamFault::Cancelled;
  result.reused = reused_;
  return result;
}

Task<ExchangeResult> UpstreamExchange::connect(bool fresh) {
  if (cancelled_) return takenBack();
  connection_ = fresh || !preface_.empty() ? nullptr : pool_->take(address_->poolKey());
  reused_ = connection_ != nullptr;
  if (reused_) return ExchangeResult{};
  return connectAnew();
}

Task<ExchangeResult> UpstreamExchange::connectAnew() {
  UpstreamOpened opened =
      co_await openUpstream(&pool_->loop(), *address_, after(timeouts_.connect), preface_);
  if (opened.stream) {
    connection_ = std::make_unique<UpstreamConnection>();
    connection_->stream = std::move(opened.stream);
    co_return ExchangeResult{};
  }
  if (opened.status == IoStatus::Timeout) {
    co_return failure(UpstreamFault::ConnectTimeout, "connect", opened.why);
  }
  if (opened.status == IoStatus::Cancelled) {
    co_return failure(UpstreamFault::Cancelled, "connect", "cancelled");
  }
  co_return failure(UpstreamFault::Connect, "connect", opened.why);
}

// A TLS fault by its name, such as the alert of an upstream that wants a certificate.
std::string_view UpstreamExchange::reasonOf(const IoResult& result) const {
  const bool tls = result.status == IoStatus::Failed && result.error == 0 && connection_;
  const std::string_view reason = tls ? connection_->stream->faultReason() : "";
  return reason.empty() ? std::string_view(describe(result)) : reason;
}

void UpstreamExchange::begin(std::string head, std::string_view method, BodyFraming framing,
                             bool /*te_trailers*/) {
  method_ = method;
  writer_.emplace(*connection_->stream, std::move(head), framing);
}

ExchangeResult UpstreamExchange::sent(const IoResult& result) {
  switch (result.status) {
    case IoStatus::Ok:
      return {};
    case IoStatus::Timeout:
      return failure(UpstreamFault::SendTimeout, "send to", "timed out");
    case IoStatus::Cancelled:
      return failure(UpstreamFault::Cancelled, "send to", "cancelled");
    default:
      return failure(UpstreamFault::Send, "send to", reasonOf(result));
  }
}

Task<ExchangeResult> UpstreamExchange::sendBody(std::string_view data) {
  if (cancelled_) return takenBack();
  return sending(writer_->write(data, after(timeouts_.between_bytes)));
}

Task<ExchangeResult> UpstreamExchange::flushHead() {
  if (cancelled_) return takenBack();
  return sending(writer_->flush(after(timeouts_.between_bytes)));
}

Task<ExchangeResult> UpstreamExchange::sending(Task<IoResult> writing) {
  co_return sent(co_await std::move(writing));
}

Task<ExchangeResult> UpstreamExchange::finishRequest(std::string_view data,
                                                     const Trailers& trailers) {
  if (cancelled_) return takenBack();
  Task<IoResult> writing = writer_->finishWith(data, after(timeouts_.between_bytes), trailers);
  if (!writing.ready()) return finishSending(std::move(writing));
  const IoResult result = writing.take();
  request_done_ = result.ok();
  return sent(result);
}

Task<ExchangeResult> UpstreamExchange::finishSending(Task<IoResult> writing) {
  const IoResult result = co_await std::move(writing);
  request_done_ = result.ok();
  co_return sent(result);
}

ExchangeResult UpstreamExchange::headFault(const IoResult& result) {
  switch (result.status) {
    case IoStatus::Timeout:
      return failure(UpstreamFault::FirstByteTimeout, "response of", "timed out");
    case IoStatus::Cancelled:
      return failure(UpstreamFault::Cancelled, "response of", "cancelled");
    case IoStatus::Full:
      return failure(UpstreamFault::Protocol, "response of", "the response's head is too large");
    default:
      return failure(response_started_ ? UpstreamFault::Truncated : UpstreamFault::Closed,
                     "response of", reasonOf(result));
  }
}

Task<ExchangeResult> UpstreamExchange::readHead(ResponseHead* head, const HeadLimits& limits) {
  Deadline deadline = after(timeouts_.first_byte);
  for (int interim = 0;;) {
    switch (parser_.parse(connection_->input, method_, limits, head)) {
      case ParseStatus::Refused:
        co_return failure(UpstreamFault::Protocol, "response of", parser_.refusal().reason);
      case ParseStatus::Complete:
        if (head->status >= 200) {
          reader_ = BodyReader(head->framing, head->content_length);
          response_done_ = reader_.done();
          keep_ = head->keep_alive;
          co_return ExchangeResult{};
        }
        // 101 answers an Upgrade, which is never sent. RFC 9110, 15.2: any number of others may
        // come.
        if (head->status == 101 || ++interim > 16) {
          co_return failure(UpstreamFault::Protocol, "response of", "unexpected interim response");
        }
        continue;
      case ParseStatus::NeedMore:
        break;
    }
    if (cancelled_) co_return takenBack();
    // The answer is not there yet, and to know that takes no read.
    const IoStatus waited = co_await connection_->stream->waitReadable(deadline);
    if (waited != IoStatus::Ok) co_return headFault(IoResult{waited});
    const IoResult result =
        co_await connection_->input.fill(*connection_->stream, deadline, limits.head_bytes);
    if (!result.ok()) co_return headFault(result);
    co_await pool_->loop().stage(EventLoop::Stage::Work);
    if (!response_started_) {
      response_started_ = true;
      deadline = after(timeouts_.between_bytes);
    }
  }
}

Task<BodyPart> UpstreamExchange::readBody() {
  if (!connection_) co_return BodyPart{BodyPart::Status::Failed};
  if (cancelled_) co_return BodyPart{BodyPart::Status::Cancelled};
  BodyPart part = co_await reader_.next(*connection_->stream, connection_->input,
                                        after(timeouts_.between_bytes));
  response_done_ = part.status == BodyPart::Status::End;
  co_return part;
}

BodyPart UpstreamExchange::pollBody() {
  if (!connection_) return BodyPart{BodyPart::Status::Failed};
  BodyPart part = reader_.poll(connection_->input);
  response_done_ = part.status == BodyPart::Status::End;
  return part;
}

bool UpstreamExchange::atLastPart() const {
  return connection_ && reader_.atLastPart(connection_->input);
}

}  // namespace gateway
