// WebSocket (RFC 6455): the upgrade is a request like any other and inspected as such; after the
// upstream's 101 the bytes are relayed both ways (relay_tunnel.cc) until one side ends.
#include "gateway/http1/head_writer.h"
#include "gateway/http1/response_parser.h"
#include "gateway/net/socket.h"
#include "gateway/proxy/client_fields.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/proxy_preface.h"
#include "gateway/proxy/upstream_head.h"
#include "gateway/proxy/websocket_key.h"
#include "gateway/upstream/connect.h"

namespace gateway {
Task<void> Exchange::tunnel(Request& request) {
  const Upstream& upstream = *request.site->upstream;
  Balancer& balancer = *upstream.balancer;
  request.keep_alive = false;
  const std::vector<size_t> tried;
  const auto index = balancer.pick(tried, worker_.loop->now());
  UpstreamConnection connection;
  std::string fault = "there is no endpoint to ask";
  if (index) {
    request.endpoint = balancer.members()[*index].endpoint->address();
    UpstreamOpened opened = co_await openUpstream(worker_.loop, upstream.addresses[*index],
                                                  worker_.loop->after(upstream.timeouts.connect),
                                                  clientPreface(request, client_));
    connection.stream = std::move(opened.stream);
    if (!connection.stream) fault = "connect " + request.endpoint + ": " + opened.why;
    if (!connection.stream) balancer.failed(*index, fault, worker_.loop->now());
  }
  if (!connection.stream) {
    co_await refuse(request, 502, waf::Reason::Upstream, std::move(fault));
    co_return;
  }
  UpstreamHeadOptions options;
  options.peer_ip = client_.peerIp();
  options.tls = client_.tls();
  options.upgrade = true;
  // RFC 8441, 5: over HTTP/2 there is no key, so the handshake with the upstream is ours.
  const std::string key = request.head.upgrade ? newWebSocketKey() : std::string();
  options.websocket_key = key;
  const bool inspected = request.transaction && request.site->config.websocket.inspect_messages;
  options.no_extensions = inspected;
  const std::string ask = upstreamHead(request, options);
  IoResult io =
      co_await connection.stream->write(ask, worker_.loop->after(upstream.timeouts.connect));
  ResponseHead response;
  ResponseParser parser;
  const Deadline deadline = worker_.loop->after(upstream.timeouts.first_byte);
  ParseStatus parsed = ParseStatus::NeedMore;
  while (io.ok() && parsed == ParseStatus::NeedMore) {
    parsed = parser.parse(connection.input, "GET", HeadLimits{}, &response);
    if (parsed == ParseStatus::NeedMore)
      io = co_await connection.input.fill(*connection.stream, deadline, 65536);
  }
  const bool extended =
      inspected && response.status == 101 && response.fields.has("sec-websocket-extensions");
  const bool accepted = key.empty() || response.status != 101 ||
                        response.fields.value("sec-websocket-accept") == webSocketAccept(key);
  if (parsed != ParseStatus::Complete || !accepted || extended) {
    fault = "response of " + request.endpoint + ": ";
    fault += extended    ? "it uses an extension that was not offered, and messages are inspected"
             : !accepted ? "its Sec-WebSocket-Accept is not that of the key"
             : parsed == ParseStatus::Refused ? std::string(parser.refusal().reason)
                                              : gateway::describe(io);
    balancer.failed(*index, fault, worker_.loop->now());
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
    if (!key.empty() && waf::equalsIgnoreCase(name, "sec-websocket-accept")) return;
    writer.field(name, value);
  });
  writer.field("X-Request-Id", request.id);
  if (response.status == 101) {
    record(request);
    downstream_.beginTunnel(request, std::move(head));
    io = co_await downstream_.flush(writeDeadline(request));
    if (io.ok()) co_await relayBothWays(request, connection);
    co_return;
  }
  // Refused: its body, if any, ends with the connection.
  record(request);
  downstream_.begin(request, std::move(head), BodyFraming::UntilClose);
  BodyReader body(response.framing, response.content_length);
  for (;;) {
    const BodyPart part = co_await body.next(*connection.stream, connection.input,
                                             worker_.loop->after(upstream.timeouts.between_bytes));
    if (part.status != BodyPart::Status::Data) break;
    request.bytes_out += part.data.size();
    io = co_await downstream_.write(part.data, writeDeadline(request));
    if (!io.ok()) co_return;
  }
  static_cast<void>(co_await downstream_.finish({}, writeDeadline(request), kNoTrailers));
}

}  // namespace gateway
