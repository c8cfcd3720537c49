// Answers that the gateway makes itself.
#include "gateway/http1/head_writer.h"
#include "gateway/local_reply/local_reply.h"
#include "gateway/proxy/client_fields.h"
#include "gateway/proxy/exchange.h"

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
  const IoResult sent = co_await downstream_.finish(body, writeDeadline(request));
  if (!sent.ok()) request.keep_alive = false;
}

Task<void> Exchange::refuse(Request& request, int status, waf::Reason reason, std::string detail,
                            ExtraFields extra) {
  request.reason = reason;
  request.detail = std::move(detail);
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

}  // namespace gateway
