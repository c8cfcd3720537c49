#include "gateway/upstream/lone_request.h"

#include "gateway/http1/head_writer.h"
#include "gateway/upstream/http2_exchange.h"

namespace gateway {
namespace {

std::string headOf(const UpstreamAddress& address, const LoneRequest& request) {
  const std::string_view target = request.path;
  const size_t mark = target.find('?');
  const bool has_query = mark != std::string_view::npos;
  std::string head;
  HeadWriter writer(&head);
  writer.requestLine("GET", target.substr(0, mark),
                     has_query ? target.substr(mark + 1) : std::string_view(), has_query);
  writer.field("Host", address.authority());
  writer.field("User-Agent", request.user_agent);
  writer.field("Connection", "close");
  writer.end();
  return head;
}

}  // namespace

Task<LoneAnswer> askAlone(EventLoop* loop, const UpstreamAddress& address, LoneRequest request) {
  ConnectionPool pool(loop);
  Http2Pool http2_pool(loop);
  std::unique_ptr<EndpointExchange> exchange;
  if (request.http2) {
    exchange = std::make_unique<Http2Exchange>(&http2_pool, loop, address, request.timeouts);
  } else {
    auto http1 = std::make_unique<UpstreamExchange>(&pool, address, request.timeouts);
    http1->setPreface(request.preface);
    exchange = std::move(http1);
  }
  LoneAnswer out;
  out.result = co_await exchange->connect(true);
  if (!out.result.ok()) co_return out;
  out.connected = true;
  out.connected_at = std::chrono::steady_clock::now();
  exchange->begin(headOf(address, request), "GET", BodyFraming::None, false);
  out.result = co_await exchange->finishRequest({}, kNoTrailers);
  ResponseHead response;
  if (out.result.ok()) out.result = co_await exchange->readHead(&response, {});
  out.status = response.status;
  exchange->abandon();
  http2_pool.retire();
  co_return out;
}

}  // namespace gateway
