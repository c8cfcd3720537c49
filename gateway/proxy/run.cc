// A connection: accept → TLS → requests one after the other → close.
#include "gateway/net/address.h"
#include "gateway/net/listener.h"
#include "gateway/proxy/session.h"
#include "gateway/tls/tls_stream.h"
#include "waf/base/text.h"
#include "waf/base/ulid.h"

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kHandshakeTimeout{10000};
constexpr std::chrono::milliseconds kLingerTimeout{2000};

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

// A handshake that failed is a refusal too. A client that only went away (a port scan, a browser
// that opened one connection too many) is not.
void recordTlsFailure(Worker* worker, const Poco::Net::SocketAddress& peer,
                      const std::string& error) {
  waf::AuditEvent event;
  event.time = worker->clock.wall();
  event.id = waf::newUlid(event.time);
  event.client_ip = toIpAddress(peer).toString();
  event.client_port = peer.port();
  event.decision = waf::Decision::Blocked;
  event.reason = waf::Reason::Tls;
  event.detail = "TLS handshake: " + error;
  if (worker->spool) worker->spool->append(waf::toAuditJson(event), true);
  TrafficSlot& slot = worker->unrouted_traffic->slot(worker->index);
  TrafficSlot::add(&slot.requests, 1);
  TrafficSlot::add(&slot.blocked, 1);
}

}  // namespace

Task<void> acceptConnections(Worker* worker, std::shared_ptr<Listener> listener,
                             std::string listener_key) {
  for (;;) {
    AcceptResult accepted = co_await listener->accept();
    if (accepted.status == IoStatus::Ok) {
      worker->loop->spawn(Session::serve(worker, listener_key, std::move(accepted.socket)));
    } else if (accepted.status != IoStatus::Timeout) {
      break;
    }
  }
  listener->close();
}

Task<void> Session::serve(Worker* worker, std::string listener_key,
                          std::unique_ptr<Socket> socket) {
  const OpenConnection open(worker);
  const std::shared_ptr<const Snapshot> snapshot = worker->snapshots.current();
  const ListenerTable* listener = snapshot ? snapshot->listener(listener_key) : nullptr;
  if (listener == nullptr) co_return;
  socket->setNoDelay();
  std::unique_ptr<Stream> stream;
  if (listener->config.tls) {
    const Poco::Net::SocketAddress peer = socket->peer();
    if (!listener->tls) {
      recordTlsFailure(worker, peer, "no site with a certificate is served here");
      co_return;
    }
    TlsStream::Accepted accepted = co_await TlsStream::accept(
        std::move(socket), listener->tls, worker->loop->after(kHandshakeTimeout));
    if (!accepted.stream) {
      if (accepted.status == IoStatus::Failed || accepted.status == IoStatus::Timeout) {
        recordTlsFailure(worker, peer, accepted.error);
      }
      co_return;
    }
    stream = std::move(accepted.stream);
  } else {
    stream = std::make_unique<PlainStream>(std::move(socket));
  }
  Session session(worker, std::move(listener_key), std::move(stream));
  co_await session.run();
}

Session::Session(Worker* worker, std::string listener_key, std::unique_ptr<Stream> stream)
    : worker_(worker), listener_key_(std::move(listener_key)), stream_(std::move(stream)) {
  peer_ = toIpAddress(stream_->peer());
  peer_ip_ = peer_.toString();
  peer_port_ = stream_->peer().port();
  const Poco::Net::SocketAddress local = stream_->socket().local();
  local_ip_ = toIpAddress(local).toString();
  local_port_ = local.port();
  worker_->sessions.insert(this);
}

Session::~Session() { worker_->sessions.erase(this); }

Task<void> Session::run() {
  RequestParser parser{HeadLimits{}};
  RequestHead head;  // keeps the memory of its field list from request to request
  std::shared_ptr<const Snapshot> snapshot;
  bool keep_alive = true;
  while (keep_alive && !worker_->draining) {
    // A connection on a listener that is gone ends after the request that is under way.
    const auto& newest = worker_->snapshots.current();
    if (snapshot == nullptr || newest->listener(listener_key_) != nullptr) snapshot = newest;
    const ListenerTable* listener = snapshot->listener(listener_key_);
    if (listener == nullptr) break;
    parser.setLimits(listener->limits);
    idle_ = input_.empty();
    const HeadStatus status = co_await readRequestHead(
        *stream_, input_, parser, {listener->idle_timeout, listener->head_timeout}, &head);
    idle_ = false;
    // While the connection was idle a newer snapshot may have come into force.
    const auto& now_in_force = worker_->snapshots.current();
    if (now_in_force->listener(listener_key_) != nullptr) snapshot = now_in_force;
    Request request;
    request.head = std::move(head);
    request.snapshot = snapshot;
    request.listener = snapshot->listener(listener_key_);
    if (status != HeadStatus::Complete) {
      co_await refuseHead(request, status, parser);
      break;
    }
    begin(request);
    co_await handleRequest(request);
    record(request);
    count(request);
    head = std::move(request.head);
    keep_alive = request.keep_alive && now_in_force->listener(listener_key_) != nullptr;
  }
  if (linger_) {
    co_await stream_->lingeringClose(worker_->loop->after(kLingerTimeout));
  } else {
    co_await stream_->shutdownWrite(worker_->loop->after(kLingerTimeout));
  }
  stream_->close();
}

void Session::begin(Request& request) {
  request.started = worker_->clock.monotonic();
  request.time = worker_->clock.wall();
  request.id = waf::newUlid(request.time);
  request.client = peer_;
  request.client_ip = peer_ip_;
  request.secure = stream_->tls() != nullptr;
  request.keep_alive = request.head.keep_alive;
  request.body = BodyReader(request.head.framing, request.head.content_length);
  request.body_complete = request.body.done();
  worker_->requests.fetch_add(1, std::memory_order_relaxed);
}

Task<void> Session::refuseHead(Request& request, HeadStatus status, const RequestParser& parser) {
  if (status != HeadStatus::Refused && status != HeadStatus::HeadTimeout) co_return;
  const Refusal refusal = parser.refusal();
  // The request line as far as it is known, for the event: method and target of what was refused.
  std::string partial(parser.partialHead().substr(0, 8192));
  request.head.clear();
  begin(request);
  request.keep_alive = false;
  const size_t line_end = partial.find('\n');
  std::string_view line = std::string_view(partial).substr(0, line_end);
  const size_t space = line.find(' ');
  if (space != std::string_view::npos) {
    request.head.method = line.substr(0, space);
    line.remove_prefix(space + 1);
    request.head.target = waf::trim(line.substr(0, line.find(' ')));
  }
  linger_ = true;
  if (status == HeadStatus::HeadTimeout) {
    co_await refuse(request, 408, waf::Reason::Limit, "the request's head did not arrive in time");
  } else {
    const bool limit = refusal.status == 414 || refusal.status == 431;
    co_await refuse(request, refusal.status, limit ? waf::Reason::Limit : waf::Reason::Protocol,
                    std::string(refusal.reason));
  }
  record(request);
  count(request);
}

}  // namespace gateway
