#include "gateway/upstream/connect.h"

#include "gateway/tls/tls_stream.h"

namespace gateway {

namespace {

// The time for one address: all that is left for the last, a share for those before it.
Deadline shareOf(Deadline deadline, const EventLoop& loop, size_t addresses_left) {
  if (addresses_left <= 1 || deadline == kNoDeadline) return deadline;
  const auto left = deadline - loop.now();
  return loop.now() + left / static_cast<int64_t>(addresses_left);
}

Task<UpstreamOpened> openOne(EventLoop* loop, const UpstreamAddress& address,
                             Poco::Net::SocketAddress where, Deadline deadline,
                             const std::string& preface, bool http2) {
  UpstreamOpened out;
  ConnectResult opened = co_await connectTcp(loop, where, deadline);
  out.status = opened.result.status;
  if (!opened.result.ok()) {
    out.why = describe(opened.result);
    co_return out;
  }
  auto plain = std::make_unique<PlainStream>(std::move(opened.socket));
  if (!preface.empty()) {
    const IoResult sent = co_await plain->write(preface, deadline);
    if (!sent.ok()) {
      out.status = sent.status;
      out.why = describe(sent);
      co_return out;
    }
  }
  if (!address.tls) {
    out.stream = std::move(plain);
    co_return out;
  }
  TlsStream::Opened secured = co_await TlsStream::connect(
      plain->releaseSocket(), address.tls, address.poolKey(), address.host(), http2, deadline);
  out.status = secured.status;
  if (secured.stream && http2 && secured.stream->tls()->alpn != "h2") {
    out.status = IoStatus::Failed;
    out.why = "TLS: it does not agree on HTTP/2; turn that on there, or choose protocol http1";
  } else if (secured.stream) {
    out.stream = std::move(secured.stream);
  } else {
    out.why = "TLS: " + secured.error;
  }
  co_return out;
}

}  // namespace

Task<UpstreamOpened> openUpstream(EventLoop* loop, const UpstreamAddress& address,
                                  Deadline deadline, std::string preface, bool http2) {
  const std::vector<Poco::Net::SocketAddress> addresses = address.addresses->inTurn();
  UpstreamOpened out;
  out.why = "its name has no address";
  for (size_t i = 0; i < addresses.size(); ++i) {
    const Deadline share = shareOf(deadline, *loop, addresses.size() - i);
    out = co_await openOne(loop, address, addresses[i], share, preface, http2);
    if (out.stream || out.status == IoStatus::Cancelled) break;
    if (deadline != kNoDeadline && loop->now() >= deadline) break;
  }
  co_return out;
}

}  // namespace gateway
