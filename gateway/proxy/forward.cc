// Asking the upstream: choice of endpoint, the exchange, failover.
#include "gateway/http1/hop_by_hop.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/progress_deadline.h"
#include "gateway/proxy/proxy_preface.h"
#include "gateway/proxy/stopwatch.h"
#include "gateway/proxy/upstream_head.h"
#include "gateway/upstream/http2_exchange.h"

namespace gateway {
namespace {

constexpr size_t kMaxAttempts = 3;

waf::Reason reasonOf(const ExchangeResult& result) {
  return result.fault == UpstreamFault::Cancelled ? waf::Reason::None : waf::Reason::Upstream;
}

// Counts a request on its endpoint while it is under way.
class InFlight {
 public:
  explicit InFlight(Endpoint* endpoint) : endpoint_(endpoint) { endpoint_->begin(); }
  ~InFlight() { endpoint_->end(); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Endpoint* endpoint_;
};

// Lets cancel() find the exchange for as long as it lives.
class UnderWay {
 public:
  using Slot = std::unique_ptr<EndpointExchange>*;
  UnderWay(Slot* slot, Slot exchange) : slot_(slot) { *slot_ = exchange; }
  ~UnderWay() { *slot_ = nullptr; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  Slot* slot_;
};

}  // namespace

Task<void> Exchange::forward(Request& request, CacheUse cache) {
  const Upstream& upstream = *request.site->upstream;
  Balancer& balancer = *upstream.balancer;
  std::unique_ptr<EndpointExchange> exchange;
  const UnderWay under_way(&under_way_, &exchange);
  std::optional<InFlight> in_flight;
  ResponseHead response;
  std::vector<size_t> tried;
  Asked asked;
  bool fresh = false;
  std::optional<size_t> index;
  if (request.site->cache) cache.requested = worker_.clock.monotonic();
  for (size_t attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (!fresh) {
      const auto next = balancer.pick(tried, worker_.loop->now());
      // Who only took no more of this connection, and is the only one, gets a new one.
      fresh = !next && asked.result.refused;
      if (!fresh) index = next;
    }
    if (!index) break;
    request.endpoint = balancer.members()[*index].endpoint->address();
    in_flight.emplace(balancer.members()[*index].endpoint.get());
    response.clear();
    exchange = makeExchange(request, *index);
    asked = co_await ask(request, cache, *exchange, fresh, &response);
    if (asked.client_failed) co_return;
    if (asked.result.ok()) break;
    const bool streamed = body_stream_ != nullptr;
    co_await endStream();
    exchange.reset();
    const UpstreamFault fault = asked.result.fault;
    if (fault == UpstreamFault::Cancelled) break;
    const bool nothing_sent =
        fault == UpstreamFault::Connect || fault == UpstreamFault::ConnectTimeout;
    // An idle connection that the upstream closed at that moment says nothing about its health.
    const bool stale_connection = asked.result.reused && asked.result.retry_safe && !nothing_sent &&
                                  !asked.result.refused && fault != UpstreamFault::FirstByteTimeout;
    if (!stale_connection && !asked.result.refused) {
      balancer.failed(*index, asked.result.detail, worker_.loop->now());
    }
    // A body that was streamed is gone; one that was not begun is not.
    const bool whole = request.streaming ? !streamed : request.body_complete;
    const bool replayable = whole && (nothing_sent || asked.result.refused || request.idempotent());
    if (!asked.result.retry_safe || !replayable || fault == UpstreamFault::FirstByteTimeout) break;
    fresh = stale_connection;
    if (!stale_connection) tried.push_back(*index);
  }
  if (asked.result.fault == UpstreamFault::Cancelled && !worker_.loop->stopping()) {
    if (request.reason != waf::Reason::None) {  // of its body
      const int status = request.reason == waf::Reason::Limit ? 413 : 400;
      co_await refuse(request, status, request.reason, request.detail);
      co_return;
    }
    request.detail = "the client took the request back";
    co_return;
  }
  if (!exchange) {
    std::string detail = asked.result.detail;
    if (asked.result.ok())
      detail = "upstream \"" + upstream.config.name + "\" has no endpoint to ask";
    const int status = asked.result.ok() ? 503 : asked.result.status();
    const waf::Reason reason = asked.result.ok() ? waf::Reason::Upstream : reasonOf(asked.result);
    co_await refuse(request, status, reason, std::move(detail));
    co_return;
  }
  balancer.succeeded(*index);
  if (co_await revalidated(request, cache, response) == Step::Done) {
    co_return;
  }
  co_await relayResponse(request, *exchange, response, cache);
  co_await endStream();
}

std::unique_ptr<EndpointExchange> Exchange::makeExchange(const Request& request, size_t index) {
  const Upstream& upstream = *request.site->upstream;
  UpstreamTimeouts timeouts = upstream.timeouts;
  // Of a stream of messages the next may come much later.
  if (request.streaming) timeouts.first_byte = timeouts.between_bytes = std::chrono::hours(1);
  if (upstream.config.protocol == "http1") {
    auto exchange =
        std::make_unique<UpstreamExchange>(&worker_.pool, upstream.addresses[index], timeouts);
    exchange->setPreface(clientPreface(request, client_));
    return exchange;
  }
  return std::make_unique<Http2Exchange>(&worker_.http2_pool, worker_.loop,
                                         upstream.addresses[index], timeouts);
}

Task<Exchange::Asked> Exchange::ask(Request& request, const CacheUse& cache,
                                    EndpointExchange& exchange, bool fresh,
                                    ResponseHead* response) {
  const Stopwatch watch(worker_.clock, &request.upstream_time);
  Asked asked;
  asked.result = co_await exchange.connect(fresh);
  if (!asked.result.ok()) co_return asked;

  UpstreamHeadOptions options;
  options.peer_ip = client_.peerIp();
  options.tls = client_.tls();
  options.revalidate = cache.stale.get();
  options.identity_only = request.transaction && request.site->inspect_response_body;
  if (request.body_complete) {
    const bool announced = request.head.framing != BodyFraming::None;
    options.framing = announced ? BodyFraming::Length : BodyFraming::None;
    // RFC 9112, 7.1.2: trailers stand behind chunks.
    if (!request.trailers.empty()) options.framing = BodyFraming::Chunked;
    options.content_length = request.buffered.size();
  } else {
    options.framing = request.head.framing;
    options.content_length = request.head.content_length;
  }
  exchange.begin(upstreamHead(request, options), request.head.method, options.framing,
                 takesTrailers(request.head.fields));
  if (request.streaming) {
    asked.result = co_await exchange.flushHead();
    if (!asked.result.ok()) co_return asked;
    startStream(request, exchange);
  } else if (request.body_complete) {
    co_await worker_.loop->stage(EventLoop::Stage::Write);
    asked.result = co_await exchange.finishRequest(request.buffered, request.trailers);
  } else {
    asked = co_await sendBody(request, exchange);
    if (asked.client_failed) co_return asked;
  }
  // An upstream may refuse a large body early and close: its answer is worth reading.
  if (!asked.result.ok() && asked.result.fault != UpstreamFault::Send) co_return asked;
  const ExchangeResult send_result = asked.result;
  asked.result = co_await exchange.readHead(response, {});
  if (!asked.result.ok() && !send_result.ok()) asked.result = send_result;
  co_return asked;
}

// What was read for inspection goes first, then the rest as it comes.
Task<Exchange::Asked> Exchange::sendBody(Request& request, EndpointExchange& exchange) {
  Asked asked;
  asked.result = co_await exchange.sendBody(request.buffered);
  ProgressDeadline progress(worker_.loop, std::chrono::milliseconds(request.timeouts().body_ms));
  const uint64_t site_limit = request.site->config.limits.body_bytes;
  for (size_t turn = 1; asked.result.ok(); ++turn) {
    BodyPart part = co_await downstream_.readBody(progress.deadline());
    if (part.status == BodyPart::Status::End) {
      request.body_complete = true;
      // Nobody has inspected its trailers.
      asked.result = co_await exchange.finishRequest({}, kNoTrailers);
      co_return asked;
    }
    request.body_bytes += part.data.size();
    if (part.ok() && site_limit != 0 && request.body_bytes > site_limit) {
      part = BodyPart{BodyPart::Status::Refused,
                      {},
                      Refusal{413, "the body is larger than the site's body_bytes"}};
    }
    if (!part.ok()) {
      exchange.abandon();
      static_cast<void>(co_await refuseBody(request, part));
      asked.client_failed = true;
      co_return asked;
    }
    asked.result = co_await exchange.sendBody(part.data);
    progress.moved(part.data.size());
    if (turn % 64 == 0) co_await worker_.loop->yield();
  }
  co_return asked;
}

}  // namespace gateway
