// A WebSocket after its handshake: bytes both ways, and the client's text messages looked at where
// the site asks for it.
#include "gateway/loop/signal.h"
#include "gateway/proxy/exchange.h"
#include "gateway/websocket/message_reader.h"

namespace gateway {
namespace {

constexpr std::chrono::hours kTunnelIdle{1};
// For the end of the frame that is on its way when the WebSocket is to be closed.
constexpr std::chrono::milliseconds kClosing{2000};

}  // namespace

// What both directions of one tunnel share; lives in the coroutine that waits for both.
struct Exchange::Tunnel {
  EventLoop* loop;
  Downstream& client;
  UpstreamConnection& upstream;
  std::chrono::milliseconds write_limit;
  Signal ended;
  waf::MonotonicTime last_progress;
  int running = 2;
  uint64_t to_client = 0;

  std::optional<MessageReader> reader;  // where messages are inspected
  FrameTracker frames;                  // of what goes to the client, then
  std::optional<CloseCode> closing;     // said to the client between two frames
  Deadline closing_until{};

  Deadline writeDeadline() const { return loop->after(write_limit); }
  bool idle() const {
    return loop->now() - last_progress >= std::chrono::milliseconds(kTunnelIdle);
  }
  // WebSocket has its own closing handshake: when one side ends its stream, nothing of use follows.
  void end() {
    if (closing) {
      client.endTunnel();
    } else {
      client.closeTunnel();
    }
    upstream.stream->close();
    --running;
    ended.notifyAll();
  }
};

// False: the WebSocket is at its end.
Task<bool> Exchange::passMessages(Request& request, Tunnel& tunnel, std::string_view bytes) {
  MessageReader& reader = *tunnel.reader;
  std::string forward;
  std::optional<CloseCode> refused;
  for (;;) {
    const MessageReader::Status status = reader.next(&bytes, &forward);
    if (status == MessageReader::Status::NeedMore) break;
    if (status == MessageReader::Status::Refused) {
      recordMessage(request, nullptr, std::string(reader.reason()));
      refused = reader.closeCode();
      break;
    }
    if (!inspectMessage(request, reader.text())) {
      refused = CloseCode::Policy;
      break;
    }
    reader.release(&forward);
  }
  if (refused) forward += closeFrame(*refused, true);
  const IoResult sent = co_await tunnel.upstream.stream->write(forward, tunnel.writeDeadline());
  if (!refused) co_return sent.ok();
  tunnel.closing = refused;
  tunnel.closing_until = tunnel.loop->after(kClosing);
  tunnel.upstream.stream->cancelReads();  // wakes the other direction, which says it
  co_return false;
}

// In each direction at most one block of bytes is held, and the message that is not whole yet, so a
// slow reader slows the writer down.
Task<void> Exchange::relayToUpstream(Request& request, Tunnel& tunnel) {
  for (size_t turn = 1;; ++turn) {
    const BodyPart part = co_await tunnel.client.readBody(tunnel.loop->after(kTunnelIdle));
    if (part.status == BodyPart::Status::Timeout && !tunnel.idle()) continue;
    if (part.status != BodyPart::Status::Data) break;
    bool passed = true;
    if (tunnel.reader) {
      passed = co_await passMessages(request, tunnel, part.data);
    } else {
      const IoResult sent =
          co_await tunnel.upstream.stream->write(part.data, tunnel.writeDeadline());
      passed = sent.ok();
    }
    if (!passed) break;
    tunnel.last_progress = tunnel.loop->now();
    if (turn % 64 == 0) co_await tunnel.loop->yield();
  }
  if (!tunnel.closing) {
    tunnel.end();
    co_return;
  }
  --tunnel.running;
  tunnel.ended.notifyAll();
}

Task<void> Exchange::relayToClient(Tunnel& tunnel) {
  InputBuffer& input = tunnel.upstream.input;
  for (size_t turn = 1;; ++turn) {
    if (tunnel.closing && tunnel.frames.atBoundary()) {
      const std::string close = closeFrame(*tunnel.closing, false);
      static_cast<void>(co_await tunnel.client.write(close, tunnel.writeDeadline()));
      break;
    }
    if (input.empty()) {
      input.releaseIfEmpty();
      const Deadline deadline =
          tunnel.closing ? tunnel.closing_until : tunnel.loop->after(kTunnelIdle);
      const IoStatus ready = co_await tunnel.upstream.stream->waitReadable(deadline);
      if (ready == IoStatus::Timeout && !tunnel.closing && !tunnel.idle()) continue;
      if (ready == IoStatus::Cancelled && tunnel.closing && !tunnel.loop->stopping()) continue;
      if (ready != IoStatus::Ok) break;
      const IoResult got =
          co_await input.fill(*tunnel.upstream.stream, tunnel.loop->after(kTunnelIdle));
      if (got.status == IoStatus::Cancelled && tunnel.closing && !tunnel.loop->stopping()) continue;
      if (!got.ok()) break;
    }
    std::string_view bytes = input.view();
    if (tunnel.closing) bytes = bytes.substr(0, tunnel.frames.toBoundary(bytes));
    const IoResult sent = co_await tunnel.client.write(bytes, tunnel.writeDeadline());
    if (!sent.ok()) break;
    if (tunnel.reader) tunnel.frames.take(bytes);
    tunnel.last_progress = tunnel.loop->now();
    tunnel.to_client += bytes.size();
    input.consume(bytes.size());
    if (turn % 64 == 0) co_await tunnel.loop->yield();
  }
  tunnel.end();
}

Task<void> Exchange::relayBothWays(Request& request, UpstreamConnection& upstream) {
  EventLoop* const loop = worker_.loop;
  const auto limit = std::chrono::milliseconds(request.timeouts().write_ms);
  Tunnel both{loop, downstream_, upstream, limit, Signal(loop), loop->now()};
  const db::WebSocketConfig& config = request.site->config.websocket;
  if (config.inspect_messages && request.transaction) both.reader.emplace(config.message_bytes);
  loop->spawn(relayToUpstream(request, both));
  loop->spawn(relayToClient(both));
  // Both use what lives in this frame, so this waits for both whatever happens; a stopping loop
  // ends their waits, and then they end.
  while (both.running > 0) {
    const WaitResult woken = co_await both.ended.wait(kNoDeadline);
    if (woken == WaitResult::Cancelled) co_await loop->yield();
  }
  request.bytes_out = both.to_client;
}

}  // namespace gateway
