// A request's body that goes on as it comes while the response comes the other way: gRPC. One
// coroutine beside the request's own, which waits for it before it ends.
#include "gateway/proxy/exchange.h"

namespace gateway {
namespace {

// Either side may be silent for long between two messages.
constexpr std::chrono::hours kSilence{1};

}  // namespace

struct Exchange::BodyStream {
  explicit BodyStream(EventLoop* loop) : ended(loop) {}
  bool running = true;
  Signal ended;
};

Exchange::Exchange(const ClientConnection& client, Downstream& downstream)
    : client_(client), worker_(client.worker()), downstream_(downstream) {}

Exchange::~Exchange() = default;

void Exchange::startStream(Request& request, EndpointExchange& exchange) {
  body_stream_ = std::make_unique<BodyStream>(worker_.loop);
  worker_.loop->spawn(streamBody(request, exchange, *body_stream_));
}

Task<void> Exchange::streamBody(Request& request, EndpointExchange& exchange, BodyStream& stream) {
  const uint64_t site_limit = request.site->config.limits.body_bytes;
  for (size_t turn = 1;; ++turn) {
    const BodyPart part = co_await downstream_.readBody(worker_.loop->after(kSilence));
    if (part.status == BodyPart::Status::End) {
      request.body_complete = true;
      static_cast<void>(co_await exchange.finishRequest({}, downstream_.trailers()));
      break;
    }
    if (part.status == BodyPart::Status::Cancelled) break;  // the response is at its end
    request.body_bytes += part.data.size();
    const bool too_large = site_limit != 0 && request.body_bytes > site_limit;
    if (too_large || part.status == BodyPart::Status::Refused) {
      request.reason = too_large ? waf::Reason::Limit : waf::Reason::Protocol;
      request.detail = too_large ? std::string("the body is larger than the site's body_bytes")
                                 : std::string(part.refusal.reason);
    }
    // What went on cannot be taken back: the upstream sees the stream reset, and the client, too.
    if (too_large || !part.ok()) {
      exchange.cancel();
      break;
    }
    const ExchangeResult sent = co_await exchange.sendBody(part.data);
    if (!sent.ok()) break;  // readHead() or readBody() tells why
    if (turn % 64 == 0) co_await worker_.loop->yield();
  }
  stream.running = false;
  stream.ended.notifyAll();
}

// Before the exchange or the request ends: the other coroutine uses both.
Task<void> Exchange::waitForStream() {
  while (body_stream_->running) {
    downstream_.cancelBody();
    if (under_way_ != nullptr && *under_way_) (*under_way_)->cancel();
    const WaitResult woken = co_await body_stream_->ended.wait(kNoDeadline);
    if (woken == WaitResult::Cancelled) co_await worker_.loop->yield();
  }
  body_stream_.reset();
}

}  // namespace gateway
