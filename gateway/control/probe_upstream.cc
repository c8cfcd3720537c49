// The live test of an upstream's address, on an event loop of its own that ends with it; seconds at
// most, on the caller's thread.
#include "gateway/config/build_upstream.h"
#include "gateway/control/gateway.h"
#include "gateway/upstream/lone_request.h"

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kConnectLimit{3000};
constexpr std::chrono::milliseconds kAnswerLimit{5000};

std::string millisFrom(waf::MonotonicTime start, waf::MonotonicTime end) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(end - start).count());
}

Task<void> probe(EventLoop* loop, const UpstreamAddress* address, LoneRequest request,
                 admin::UpstreamProbe* out) {
  const auto start = std::chrono::steady_clock::now();
  const bool http2 = request.http2;
  const LoneAnswer answer = co_await askAlone(loop, *address, std::move(request));
  const std::string connected = "connected in " + millisFrom(start, answer.connected_at) + " ms" +
                                (address->tls ? " over TLS" : "");
  out->ok = answer.result.ok();
  if (!answer.connected) {
    out->message = answer.result.detail;
  } else if (out->ok) {
    out->message = connected + ", GET / answered " + std::to_string(answer.status) + " in " +
                   millisFrom(start, std::chrono::steady_clock::now()) + " ms" +
                   (http2 ? " over HTTP/2" : "");
  } else if (answer.result.fault == UpstreamFault::FirstByteTimeout) {
    out->message = connected + ", but no answer to GET / came in 5 s";
  } else {
    out->message = connected + ", but " + answer.result.detail;
    if (!address->tls) {
      out->message += http2 ? "; does it speak HTTP/2 in clear?" : "; is it a plain HTTP/1.1 port?";
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
  LoneRequest request;
  request.user_agent = "portcullis-probe";
  request.preface = writeLocalProxyHead(proxyVersionOf(like.proxy_protocol));
  request.http2 = like.protocol != "http1";
  request.timeouts = {kConnectLimit, kAnswerLimit, kAnswerLimit};
  (*loop)->spawn(probe(loop->get(), &*address, std::move(request), &out));
  (*loop)->run();
  return out;
}

}  // namespace gateway
