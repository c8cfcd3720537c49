// The live test of an upstream's address, on an event loop of its own that ends with it; seconds at
// most, on the caller's thread.
#include "gateway/config/build_upstream.h"
#include "gateway/control/gateway.h"
#include "gateway/http1/head_writer.h"
#include "gateway/upstream/exchange.h"

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kConnectLimit{3000};
constexpr std::chrono::milliseconds kAnswerLimit{5000};

int64_t millisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start)
      .count();
}

std::string rootRequest(const UpstreamAddress& address) {
  std::string head;
  HeadWriter writer(&head);
  writer.requestLine("GET", "/", "", false);
  writer.field("Host", address.authority());
  writer.field("User-Agent", "portcullis-probe");
  writer.field("Connection", "close");
  writer.end();
  return head;
}

Task<void> probe(EventLoop* loop, const UpstreamAddress* address, std::string preface,
                 admin::UpstreamProbe* out) {
  const auto start = std::chrono::steady_clock::now();
  {
    ConnectionPool pool(loop);
    UpstreamExchange exchange(&pool, *address, {kConnectLimit, kAnswerLimit, kAnswerLimit});
    exchange.setPreface(std::move(preface));
    ExchangeResult result = co_await exchange.connect(true);
    if (!result.ok()) {
      out->message = result.detail;
    } else {
      const std::string connected = "connected in " + std::to_string(millisSince(start)) + " ms" +
                                    (address->tls ? " over TLS" : "");
      exchange.begin(rootRequest(*address), "GET", BodyFraming::None);
      result = co_await exchange.finishRequest();
      ResponseHead response;
      if (result.ok()) result = co_await exchange.readHead(&response);
      exchange.abandon();
      out->ok = result.ok();
      if (result.ok()) {
        out->message = connected + ", GET / answered " + std::to_string(response.status) + " in " +
                       std::to_string(millisSince(start)) + " ms";
      } else if (result.fault == UpstreamFault::FirstByteTimeout) {
        out->message = connected + ", but no answer to GET / came in 5 s";
      } else {
        out->message = connected + ", but " + result.detail;
        if (!address->tls) out->message += "; is it a plain HTTP/1.1 port?";
      }
    }
  }
  loop->stop();
}

}  // namespace

admin::UpstreamProbe Gateway::probeUpstream(const std::string& name,
                                            const db::UpstreamConfig& like) {
  auto address = UpstreamAddress::resolve(name);
  if (!address) return {false, address.error().message};
  const std::shared_ptr<const Snapshot> snapshot = source_.current();
  const auto tls = makeUpstreamTls(
      like.tls, snapshot ? snapshot->config.certificates : std::vector<db::CertificateConfig>(),
      nullptr);
  if (!tls) return {false, "tls: " + tls.error().message};
  if (*tls) address->useTls(*tls);
  const auto loop = EventLoop::create();
  if (!loop) return {false, loop.error().message};
  admin::UpstreamProbe out;
  (*loop)->spawn(probe(loop->get(), &*address,
                       writeLocalProxyHead(proxyVersionOf(like.proxy_protocol)), &out));
  (*loop)->run();
  return out;
}

}  // namespace gateway
