// Answers that the gateway makes itself.
#include "gateway/http1/head_writer.h"
#include "gateway/local_reply/local_reply.h"
#include "gateway/proxy/client_fields.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/grpc.h"

namespace gateway {

void Exchange::beginHead(Request& request, int status, std::string* out) {
  request.status = status;
  HeadWriter writer(out);
  writer.statusLine(status);
  writer.field("Date", worker_.httpDate());
  writer.field("X-Request-Id", request.id);
  writeHsts(request, &writer);
}

Task<void> Exchange::reply(Request& request, std::string head, std::string_view body) {
  record(request);
  if (request.head.method == "HEAD") body = {};
  request.bytes_out = body.size();
  downstream_.begin(request, std::move(head), BodyFraming::Length);
  const IoResult sent = co_await downstream_.finish(body, writeDeadline(request), kNoTrailers);
  if (!sent.ok()) request.keep_alive = false;
}

// A gRPC client reads the outcome in grpc-status, and nothing of an HTTP error's page.
Task<void> Exchange::refuseGrpc(Request& request, int status) {
  std::string head;
  beginHead(request, 200, &head);
  HeadWriter writer(&head);
  writer.field("Content-Type", "application/grpc");
  writer.field("Grpc-Status", static_cast<uint64_t>(grpcStatusOf(status)));
  writer.field("Grpc-Message", grpcMessage(status, request.id));
  request.status = status;  // what it means stands in the event
  co_await reply(request, std::move(head), {});
}

Task<void> Exchange::refuse(Request& request, int status, waf::Reason reason, std::string detail,
                            ExtraFields extra) {
  request.reason = reason;
  request.detail = std::move(detail);
  if (request.head.major_version == 2 && isGrpc(request.head)) {
    co_await refuseGrpc(request, status);
    co_return;
  }
  const LocalReply page = makePage(status, reason, request.id, request.head.fields.value("accept"));
  std::string head;
  beginHead(request, page.status, &head);
  HeadWriter writer(&head);
  writer.field("Content-Type", page.content_type);
  writer.field("Content-Length", uint64_t{page.body.size()});
  writer.field("Cache-Control", "no-store");
  writer.field("X-Content-Type-Options", "nosniff");
  writer.field("Content-Security-Policy",
               "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  for (const auto& [name, value] : extra) writer.field(name, value);
  co_await reply(request, std::move(head), page.body);
}

Task<Exchange::Step> Exchange::refused(Request& request, int status, waf::Reason reason,
                                       std::string detail, ExtraFields extra) {
  co_await refuse(request, status, reason, std::move(detail), std::move(extra));
  co_return Step::Done;
}

Task<Exchange::Step> Exchange::replied(Request& request, std::string head) {
  co_await reply(request, std::move(head), {});
  co_return Step::Done;
}

}  // namespace gateway
