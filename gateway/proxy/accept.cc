// A connection: accept → PROXY protocol → limits → TLS → the version of HTTP → requests → close.
#include "gateway/net/address.h"
#include "gateway/net/listener.h"
#include "gateway/net/read_proxy_head.h"
#include "gateway/proxy/http1_session.h"
#include "gateway/proxy/http2_session.h"
#include "gateway/tls/tls_stream.h"
#include "waf/base/ulid.h"

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kHandshakeTimeout{10000};
constexpr std::chrono::seconds kRefusalEvents{1};

// Counts a connection for as long as it is open.
class OpenConnection {
 public:
  explicit OpenConnection(Worker* worker) : worker_(worker) {
    worker_->connections.fetch_add(1, std::memory_order_relaxed);
  }
  ~OpenConnection() { worker_->connections.fetch_sub(1, std::memory_order_relaxed); }
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;

 private:
  Worker* worker_;
};

waf::AuditEvent refusalOf(Worker* worker, const Poco::Net::SocketAddress& peer, waf::Reason reason,
                          std::string detail) {
  waf::AuditEvent event;
  event.time = worker->clock.wall();
  event.id = waf::newUlid(event.time);
  event.client_ip = toIpAddress(peer).toString();
  event.client_port = peer.port();
  event.decision = waf::Decision::Blocked;
  event.reason = reason;
  event.detail = std::move(detail);
  return event;
}

void record(Worker* worker, const waf::AuditEvent& event) {
  if (worker->spool) worker->spool->append(waf::toAuditJson(event), true);
  TrafficSlot& slot = worker->unrouted_traffic->slot(worker->index);
  TrafficSlot::add(&slot.requests, 1);
  TrafficSlot::add(&slot.blocked, 1);
}

// A handshake that failed is a refusal too. A client that only went away (a port scan, a browser
// that opened one connection too many) is not.
void recordTlsFailure(Worker* worker, const Poco::Net::SocketAddress& peer,
                      const std::string& error, HelloNotes hello) {
  waf::AuditEvent event = refusalOf(worker, peer, waf::Reason::Tls, "TLS " + error);
  event.tls_sni = hello.server_name;
  event.tls_ja4 = hello.ja4();
  record(worker, event);
}

// What was refused since the last event, when its time has come.
Task<void> tellRefusals(Worker* worker, Poco::Net::SocketAddress peer, std::string detail) {
  static_cast<void>(co_await worker->loop->sleepUntil(worker->refusal_event_due));
  detail += "; " + std::to_string(worker->refusals_untold) + " since the last such event";
  worker->refusals_untold = 0;
  worker->refusal_event_due = worker->loop->now() + kRefusalEvents;
  record(worker, refusalOf(worker, peer, waf::Reason::Limit, std::move(detail)));
}

// Takes the connection's place among those that are allowed; false when it has none. A flood would
// fill the log with what is one fact: the first refusal is an event at once, those that follow are
// told together, a second later.
bool admit(Worker* worker, const Poco::Net::SocketAddress& peer, ConnectionLimits::Ticket* ticket) {
  using Verdict = ConnectionLimits::Verdict;
  const Verdict verdict = worker->limits->admit(toIpAddress(peer), ticket);
  if (verdict == Verdict::Admitted) return true;
  std::string detail = verdict == Verdict::TooManyInAll
                           ? "more than " + std::to_string(worker->limits->inAll()) +
                                 " connections are open (settings.connections.limit)"
                           : "its address has more than " +
                                 std::to_string(worker->limits->perAddress()) +
                                 " connections open (settings.connections.per_address)";
  const waf::MonotonicTime now = worker->loop->now();
  if (worker->refusals_untold == 0 && now >= worker->refusal_event_due) {
    worker->refusal_event_due = now + kRefusalEvents;
    record(worker, refusalOf(worker, peer, waf::Reason::Limit, std::move(detail)));
  } else if (++worker->refusals_untold == 1) {
    worker->loop->spawn(tellRefusals(worker, peer, std::move(detail)));
  }
  return false;
}

// Learns from a trusted proxy whose connection it is. False when it does not say so as it must: the
// connection is of no use then.
Task<bool> learnClient(Worker* worker, Socket* socket) {
  const ProxyHeadRead read = co_await readProxyHead(socket, worker->loop->after(kHandshakeTimeout));
  if (read.status == IoStatus::Ok) {
    if (read.head.named) {
      socket->announce(toSocketAddress(read.head.source.address, read.head.source.port),
                       toSocketAddress(read.head.destination.address, read.head.destination.port));
    }
    co_return true;
  }
  if (read.status == IoStatus::Failed || read.status == IoStatus::Timeout) {
    record(worker, refusalOf(worker, socket->peer(), waf::Reason::Protocol,
                             "PROXY protocol: " + read.why +
                                 "; the address is in proxy_protocol_from, so it must send one"));
  }
  co_return false;
}

// RFC 9113, 3.4: what no HTTP/1 request starts with. Whatever else it is, Http1Session says so.
Task<bool> startsWithPreface(Stream& stream, InputBuffer& input, const ListenerTable& listener) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  EventLoop& loop = stream.loop();
  if (co_await stream.waitReadable(loop.after(listener.idle_timeout)) != IoStatus::Ok) {
    co_return false;
  }
  const Deadline deadline = loop.after(listener.head_timeout);
  while (input.size() < kPreface.size()) {
    if (!kPreface.starts_with(input.view())) co_return false;
    const IoResult got = co_await input.fill(stream, deadline);
    if (!got.ok()) co_return false;
  }
  co_return input.view().starts_with(kPreface);
}

Task<void> serve(Worker* worker, std::string listener_key, std::unique_ptr<Socket> socket) {
  const OpenConnection open(worker);
  const std::shared_ptr<const Snapshot> snapshot = worker->snapshots.current();
  const ListenerTable* listener = snapshot ? snapshot->listener(listener_key) : nullptr;
  if (listener == nullptr) co_return;
  if (!listener->proxies.empty() && listener->proxies.contains(toIpAddress(socket->peer()))) {
    const bool learned = co_await learnClient(worker, socket.get());
    if (!learned) co_return;
  }
  ConnectionLimits::Ticket place;
  if (!admit(worker, socket->peer(), &place)) {
    socket->close(true);
    co_return;
  }
  std::unique_ptr<Stream> stream;
  if (listener->config.tls) {
    const Poco::Net::SocketAddress peer = socket->peer();
    if (!listener->tls) {
      recordTlsFailure(worker, peer, "handshake: no site with a certificate is served here", {});
      co_return;
    }
    TlsStream::Opened accepted = co_await TlsStream::accept(std::move(socket), listener->tls,
                                                            worker->loop->after(kHandshakeTimeout));
    if (!accepted.stream) {
      if (accepted.status == IoStatus::Failed || accepted.status == IoStatus::Timeout) {
        recordTlsFailure(worker, peer, accepted.error, std::move(accepted.hello));
      }
      co_return;
    }
    stream = std::move(accepted.stream);
  } else {
    stream = std::make_unique<PlainStream>(std::move(socket));
  }
  InputBuffer input;
  bool http2 = stream->tls() != nullptr && stream->tls()->alpn == "h2";
  if (!listener->config.tls && listener->config.http2_prior_knowledge) {
    http2 = co_await startsWithPreface(*stream, input, *listener);
  }
  if (http2) {
    Http2Session session(worker, std::move(listener_key), std::move(stream), std::move(input));
    co_await session.run();
  } else {
    Http1Session session(worker, std::move(listener_key), std::move(stream), std::move(input));
    co_await session.run();
  }
}

}  // namespace

Task<void> acceptConnections(Worker* worker, std::shared_ptr<Listener> listener,
                             std::string listener_key) {
  for (;;) {
    AcceptResult accepted = co_await listener->accept();
    if (accepted.status == IoStatus::Ok) {
      worker->loop->spawn(serve(worker, listener_key, std::move(accepted.socket)));
    } else if (accepted.status != IoStatus::Timeout) {
      break;
    }
  }
  listener->close();
}

}  // namespace gateway
