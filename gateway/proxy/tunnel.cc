// WebSocket (RFC 6455): the upgrade is a request like any other and inspected as such; after the
// upstream's 101 the bytes are relayed both ways until one side ends.
#include "gateway/http1/head_writer.h"
#include "gateway/http1/response_parser.h"
#include "gateway/loop/signal.h"
#include "gateway/net/socket.h"
#include "gateway/proxy/client_fields.h"
#include "gateway/proxy/session.h"
#include "gateway/proxy/upstream_head.h"

namespace gateway {
namespace {

constexpr std::chrono::hours kTunnelIdle{1};

// What both directions of one tunnel share; lives in the coroutine that waits for both.
struct Tunnel {
  EventLoop* loop;
  Signal ended;
  int running = 2;
  waf::MonotonicTime last_progress;
  uint64_t to_client = 0;
};

// One direction: at most one block of bytes is held, so a slow reader slows the writer down.
Task<void> pump(Tunnel* tunnel, Stream* from, InputBuffer* first, Stream* to,
                std::chrono::milliseconds write_limit, bool to_client) {
  Buffer block(Buffer::kBlockBytes);
  for (size_t turn = 1;; ++turn) {
    std::string_view bytes = first->view();
    if (bytes.empty()) {
      const IoResult got =
          co_await from->read({block.data(), block.capacity()}, tunnel->loop->after(kTunnelIdle));
      if (got.status == IoStatus::Timeout &&
          tunnel->loop->now() - tunnel->last_progress < std::chrono::milliseconds(kTunnelIdle)) {
        continue;  // the other direction is alive
      }
      if (!got.ok()) break;
      bytes = {block.data(), got.bytes};
    }
    const bool was_first = !first->empty();
    const IoResult sent = co_await to->write(bytes, tunnel->loop->after(write_limit));
    if (!sent.ok()) break;
    tunnel->last_progress = tunnel->loop->now();
    if (to_client) tunnel->to_client += bytes.size();
    if (was_first) first->consume(bytes.size());
    if (turn % 64 == 0) co_await tunnel->loop->yield();
  }
  // WebSocket has its own closing handshake: when one side ends TCP, nothing of use follows.
  from->close();
  to->close();
  --tunnel->running;
  tunnel->ended.notifyAll();
}

}  // namespace

Task<void> Session::tunnel(Request& request) {
  const Upstream& upstream = *request.site->upstream;
  Balancer& balancer = *upstream.balancer;
  request.keep_alive = false;
  const std::vector<size_t> tried;
  const auto index = balancer.pick(tried, worker_->loop->now());
  UpstreamConnection connection;
  std::string fault = "there is no endpoint to ask";
  if (index) {
    request.endpoint = balancer.members()[*index].endpoint->address();
    for (const Poco::Net::SocketAddress& address : upstream.addresses[*index].addresses) {
      ConnectResult opened = co_await connectTcp(worker_->loop, address,
                                                 worker_->loop->after(upstream.timeouts.connect));
      if (opened.result.ok()) {
        connection.stream = std::make_unique<PlainStream>(std::move(opened.socket));
        break;
      }
      fault = std::string("connect ") + request.endpoint + ": " + gateway::describe(opened.result);
    }
    if (!connection.stream) balancer.failed(*index, fault, worker_->loop->now());
  }
  if (!connection.stream) {
    co_await refuse(request, 502, waf::Reason::Upstream, std::move(fault));
    co_return;
  }
  UpstreamHeadOptions options;
  options.peer_ip = peer_ip_;
  options.upgrade = true;
  const std::string ask = upstreamHead(request, options);
  IoResult io =
      co_await connection.stream->write(ask, worker_->loop->after(upstream.timeouts.connect));
  ResponseHead response;
  ResponseParser parser;
  const Deadline deadline = worker_->loop->after(upstream.timeouts.first_byte);
  ParseStatus parsed = ParseStatus::NeedMore;
  while (io.ok() && parsed == ParseStatus::NeedMore) {
    parsed = parser.parse(connection.input, "GET", HeadLimits{}, &response);
    if (parsed == ParseStatus::NeedMore)
      io = co_await connection.input.fill(*connection.stream, deadline, 65536);
  }
  if (parsed != ParseStatus::Complete) {
    fault = "response of " + request.endpoint + ": ";
    fault += parsed == ParseStatus::Refused ? std::string(parser.refusal().reason)
                                            : gateway::describe(io);
    balancer.failed(*index, fault, worker_->loop->now());
    const int status = io.status == IoStatus::Timeout ? 504 : 502;
    co_await refuse(request, status, waf::Reason::Upstream, std::move(fault));
    co_return;
  }
  balancer.succeeded(*index);
  if (co_await inspectResponseHead(request, response) == Step::Done) co_return;
  std::string head;
  HeadWriter writer(&head);
  request.status = response.status;
  writer.statusLine(response.status, response.reason);
  forEachClientField(request, response, [&](std::string_view name, std::string_view value) {
    writer.field(name, value);
  });
  writer.field("X-Request-Id", request.id);
  if (response.status == 101) {
    writer.field("Connection", "Upgrade");
    writer.field("Upgrade", "websocket");
  } else {
    // Refused: its body, if any, ends with the connection.
    writer.field("Connection", "close");
  }
  writer.end();
  record(request);
  io = co_await stream_->write(head, writeDeadline(request));
  if (!io.ok()) co_return;
  if (response.status == 101) {
    co_await relayBothWays(request, connection);
    co_return;
  }
  BodyReader body(response.framing, response.content_length);
  for (;;) {
    const BodyPart part = co_await body.next(*connection.stream, connection.input,
                                             worker_->loop->after(upstream.timeouts.between_bytes));
    if (part.status != BodyPart::Status::Data) break;
    request.bytes_out += part.data.size();
    io = co_await stream_->write(part.data, writeDeadline(request));
    if (!io.ok()) break;
  }
}

Task<void> Session::relayBothWays(Request& request, UpstreamConnection& upstream) {
  EventLoop* const loop = worker_->loop;
  idle_ = true;  // a drain may end it: it has no end of its own
  Tunnel both{loop, Signal(loop), 2, loop->now(), 0};
  const auto limit = std::chrono::milliseconds(request.timeouts().write_ms);
  loop->spawn(pump(&both, stream_.get(), &input_, upstream.stream.get(), limit, false));
  loop->spawn(pump(&both, upstream.stream.get(), &upstream.input, stream_.get(), limit, true));
  // Both use what lives in this frame, so this waits for both whatever happens; a stopping loop
  // ends their waits, and then they end.
  while (both.running > 0) {
    const WaitResult woken = co_await both.ended.wait(kNoDeadline);
    if (woken == WaitResult::Cancelled) co_await loop->yield();
  }
  request.bytes_out = both.to_client;
  idle_ = false;
}

}  // namespace gateway
