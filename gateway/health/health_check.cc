#include "gateway/health/health_check.h"

#include <algorithm>

#include "gateway/http1/head_writer.h"
#include "gateway/upstream/exchange.h"
#include "gateway/upstream/http2_exchange.h"

namespace gateway {
namespace {

struct CheckResult {
  bool success = false;
  std::string detail;
};

Task<CheckResult> checkOnce(EventLoop* loop, const Upstream& upstream, size_t index) {
  const db::HealthCheckConfig& check = upstream.config.health_check;
  const std::chrono::milliseconds limit(check.timeout_ms);
  ConnectionPool pool(loop);
  Http2Pool http2_pool(loop);
  const UpstreamTimeouts timeouts{limit, limit, limit};
  std::unique_ptr<EndpointExchange> exchange;
  if (upstream.config.protocol == "http1") {
    auto http1 = std::make_unique<UpstreamExchange>(&pool, upstream.addresses[index], timeouts);
    http1->setPreface(writeLocalProxyHead(upstream.proxy_version));
    exchange = std::move(http1);
  } else {
    exchange =
        std::make_unique<Http2Exchange>(&http2_pool, loop, upstream.addresses[index], timeouts);
  }
  ExchangeResult result = co_await exchange->connect(true);
  ResponseHead response;
  if (result.ok()) {
    std::string head;
    HeadWriter writer(&head);
    const size_t question = check.path.find('?');
    const bool has_query = question != std::string::npos;
    writer.requestLine(
        "GET", std::string_view(check.path).substr(0, question),
        has_query ? std::string_view(check.path).substr(question + 1) : std::string_view(),
        has_query);
    writer.field("Host", upstream.addresses[index].authority());
    writer.field("User-Agent", "portcullis-health-check");
    writer.field("Connection", "close");
    writer.end();
    exchange->begin(std::move(head), "GET", BodyFraming::None, false);
    result = co_await exchange->finishRequest({}, kNoTrailers);
    if (result.ok()) result = co_await exchange->readHead(&response, {});
  }
  exchange->abandon();
  http2_pool.retire();
  CheckResult out;
  if (!result.ok()) {
    out.detail = result.detail;
  } else {
    out.success = response.status >= 200 && response.status < 400;
    out.detail = "GET " + check.path + " answered " + std::to_string(response.status);
  }
  co_return out;
}

}  // namespace

Endpoint::Check HealthVerdict::add(bool success) {
  in_row_ = success == last_ ? in_row_ + 1 : 1;
  last_ = success;
  if (success && (state_ == Endpoint::Check::Unknown || in_row_ >= healthy_after_)) {
    state_ = Endpoint::Check::Healthy;
  }
  if (!success && in_row_ >= unhealthy_after_) state_ = Endpoint::Check::Unhealthy;
  return state_;
}

Task<void> checkHealth(EventLoop* loop, std::shared_ptr<const Upstream> upstream, size_t index,
                       HealthGeneration generation) {
  const db::HealthCheckConfig& check = upstream->config.health_check;
  Endpoint& endpoint = *upstream->balancer->members()[index].endpoint;
  HealthVerdict verdict(std::max(1u, check.healthy_after), std::max(1u, check.unhealthy_after),
                        endpoint.check());
  while (!generation.over() && !loop->stopping()) {
    // Without an address there is nothing to ask yet.
    if (!upstream->addresses[index].addresses->empty()) {
      const CheckResult result = co_await checkOnce(loop, *upstream, index);
      if (generation.over() || loop->stopping()) break;
      endpoint.setCheck(verdict.add(result.success), result.detail);
    }
    const auto pause = std::chrono::milliseconds(std::max(100u, check.interval_ms));
    const WaitResult woken = co_await loop->sleepFor(pause);
    if (woken != WaitResult::Timeout) break;
  }
}

}  // namespace gateway
