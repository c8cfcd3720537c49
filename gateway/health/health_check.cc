#include "gateway/health/health_check.h"

#include <algorithm>

#include "gateway/upstream/lone_request.h"

namespace gateway {
namespace {

struct CheckResult {
  bool success = false;
  std::string detail;
};

Task<CheckResult> checkOnce(EventLoop* loop, const Upstream& upstream, size_t index) {
  const db::HealthCheckConfig& check = upstream.config.health_check;
  const std::chrono::milliseconds limit(check.timeout_ms);
  LoneRequest request;
  request.path = check.path;
  request.user_agent = "portcullis-health-check";
  request.preface = writeLocalProxyHead(upstream.proxy_version);
  request.http2 = upstream.config.protocol != "http1";
  request.timeouts = {limit, limit, limit};
  const LoneAnswer answer = co_await askAlone(loop, upstream.addresses[index], std::move(request));
  CheckResult out;
  if (!answer.result.ok()) {
    out.detail = answer.result.detail;
  } else {
    out.success = answer.status >= 200 && answer.status < 400;
    out.detail = "GET " + check.path + " answered " + std::to_string(answer.status);
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
