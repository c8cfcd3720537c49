// The response's way back: phases 3 and 4, the client's head, the body.
#include "gateway/http1/head_writer.h"
#include "gateway/proxy/client_body.h"
#include "gateway/proxy/client_fields.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/grpc.h"
#include "gateway/proxy/response_coding.h"
#include "gateway/proxy/stopwatch.h"
#include "waf/base/spare_strings.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

// Never kept back, whatever the rules want: the client waits for each piece, or the bytes are a
// part.
bool mayHold(const Request& request, const ResponseHead& response) {
  if (request.head.method == "HEAD" || response.status == 206 ||
      response.framing == BodyFraming::None) {
    return false;
  }
  const std::string_view type = response.fields.value("content-type");
  for (const std::string_view streamed : {"text/event-stream", "application/grpc"}) {
    if (type.size() >= streamed.size() &&
        waf::equalsIgnoreCase(type.substr(0, streamed.size()), streamed)) {
      return false;
    }
  }
  return true;
}

struct ClientFraming {
  BodyFraming framing = BodyFraming::None;
  uint64_t length = 0;
  bool announce_length = false;
};

ClientFraming framingFor(const Request& request, const ResponseHead& response) {
  ClientFraming out;
  if (response.framing == BodyFraming::None || response.framing == BodyFraming::Length) {
    out.framing = response.framing;
    out.length = response.content_length;
    out.announce_length = response.framing == BodyFraming::Length || response.has_content_length;
    // A response without a body needs no length only where the status says so.
    if (response.framing == BodyFraming::None && !response.has_content_length &&
        request.head.method != "HEAD" && response.status != 204 && response.status != 304 &&
        !isGrpc(request.head)) {
      out.announce_length = true;
    }
    return out;
  }
  out.framing = request.head.isHttp10() ? BodyFraming::UntilClose : BodyFraming::Chunked;
  return out;
}

// Lets the record see the upstream's answer while it lives.
class ShownResponse {
 public:
  ShownResponse(Request& request, const ResponseHead& response) : request_(request) {
    request.response = &response;
  }
  ~ShownResponse() {
    request_.response = nullptr;
    request_.response_body = {};
  }
  ShownResponse(const ShownResponse&) = delete;
  ShownResponse& operator=(const ShownResponse&) = delete;

 private:
  Request& request_;
};

}  // namespace

Task<Exchange::Step> Exchange::inspectResponseHead(Request& request, const ResponseHead& response) {
  if (!request.transaction) return Step::GoOn;
  std::optional<waf::Interruption> interruption;
  {
    const Stopwatch watch(worker_.clock, &request.phases[2]);
    for (const HeaderField& field : response.fields) {
      request.transaction->addResponseHeader(field.name, field.value);
    }
    interruption = request.transaction->responseHeaders(response.status, "HTTP/1.1");
  }
  if (noteUninspected(request)) return refused(request, 502, waf::Reason::Fault, request.detail);
  return interrupted(request, std::move(interruption));
}

// True where the site refuses what was not inspected.
bool Exchange::noteUninspected(Request& request) {
  const auto& failure = request.transaction->inspectionFailure();
  if (!failure) return false;
  request.reason = waf::Reason::Fault;
  request.detail = "the response was not inspected: " + failure->message;
  return request.site->fail_closed && request.site->policy.mode == waf::EngineMode::On;
}

// Keeps the body back to the inspection limit, then phase 4. Past the limit the rule set's action
// decides: refuse, or let the rest through uninspected.
Task<Exchange::Step> Exchange::holdForInspection(Request& request, EndpointExchange& exchange,
                                                 Held* held) {
  waf::Transaction& transaction = *request.transaction;
  for (bool room = true; room;) {
    const BodyPart part = co_await exchange.readBody();
    if (!part.ok()) co_return co_await upstreamBroke(request, part, false);
    if (part.status == BodyPart::Status::End) {
      held->complete = true;
      break;
    }
    waf::appendToSpare(part.data, &held->bytes);
    request.response_body = held->bytes;
    const Stopwatch watch(worker_.clock, &request.phases[3]);
    room = transaction.appendResponseBody(part.data);
  }
  std::optional<waf::Interruption> interruption;
  {
    const Stopwatch watch(worker_.clock, &request.phases[3]);
    interruption = transaction.responseBody();
  }
  // We asked for identity; what comes in a coding that cannot be undone was not inspected.
  if (noteUninspected(request)) {
    co_return co_await refused(request, 502, waf::Reason::Fault, request.detail);
  }
  co_return co_await interrupted(request, std::move(interruption));
}

Task<Exchange::Step> Exchange::upstreamBroke(Request& request, const BodyPart& part, bool started) {
  std::string detail = "response of " + request.endpoint;
  detail += part.status == BodyPart::Status::Timeout     ? ": no byte of the body came in time"
            : part.status == BodyPart::Status::Refused   ? ": " + std::string(part.refusal.reason)
            : part.status == BodyPart::Status::Cancelled ? ": the client took the request back"
                                                         : ": it closed within the body";
  if (!started) {
    const int status = part.status == BodyPart::Status::Timeout ? 504 : 502;
    co_await refuse(request, status, waf::Reason::Upstream, std::move(detail));
    co_return Step::Done;
  }
  request.reason = waf::Reason::Upstream;
  request.detail = std::move(detail);
  request.keep_alive = false;
  record(request);
  // Cut, so that the client cannot take the part for the whole.
  downstream_.cut();
  co_return Step::Done;
}

Task<void> Exchange::relayResponse(Request& request, EndpointExchange& exchange,
                                   const ResponseHead& response, const CacheUse& cache) {
  Held held;
  const ShownResponse shown(request, response);
  if (co_await inspectResponseHead(request, response) == Step::Done) {
    exchange.abandon();
    co_return;
  }
  const bool hold = request.transaction && request.site->inspect_response_body &&
                    request.transaction->wantsResponseBody() && mayHold(request, response);
  if (hold) {
    const Step step = co_await holdForInspection(request, exchange, &held);
    if (step == Step::Done) {
      exchange.abandon();
      co_return;
    }
  }
  ClientFraming framing = framingFor(request, response);
  if (hold && held.complete) framing = {BodyFraming::Length, held.bytes.size(), true};
  std::optional<uint64_t> length;
  if (framing.framing == BodyFraming::Length) length = framing.length;
  const CodingPlan coding = codingFor(request, response.status, response.fields, length);
  std::unique_ptr<ContentEncoder> encoder = makeEncoder(request, coding);
  if (encoder) framing = {BodyFraming::Chunked, 0, false};

  std::string head = waf::takeSpareString();
  head.reserve(response.bytes.size() + 256);
  HeadWriter writer(&head);
  request.status = response.status;
  writer.statusLine(response.status, response.reason);
  bool dated = false;
  forEachClientField(request, response, [&](std::string_view name, std::string_view value) {
    if (name.size() == 4 && waf::equalsIgnoreCase(name, "date")) dated = true;
    writeCoded(encoder != nullptr, name, value, &writer);
  });
  writeCoding(coding, encoder != nullptr, &writer);
  if (!dated) writer.field("Date", worker_.httpDate());
  writer.field("X-Request-Id", request.id);
  writeHsts(request, &writer);
  std::shared_ptr<StoredResponse> stored = plan(request, cache, response);
  if (request.site->cache) {
    request.cache_status = "miss";
    std::string status = "portcullis; fwd=" + std::string(cache.forward_reason);
    if (stored) status += "; stored";
    writer.field("Cache-Status", status);
  }
  if (framing.announce_length) writer.field("Content-Length", framing.length);
  downstream_.begin(request, std::move(head), framing.framing);
  ClientBody client(downstream_, std::move(encoder), &request.bytes_out);

  std::string kept;  // for the cache
  const size_t keep_limit = stored ? request.site->cache->objectLimit() : 0;
  const auto keep = [&](std::string_view data) {
    if (!stored) return;
    if (kept.size() + data.size() > keep_limit) {
      stored.reset();
    } else {
      kept.append(data);
    }
  };
  // Before the last byte leaves: a client that has it finds its event in the log and its page in
  // the cache.
  const auto endsWhole = [&] {
    record(request);
    if (!stored) return;
    stored->body = std::make_shared<const std::string>(std::move(kept));
    request.site->cache->store(cache.key, std::exchange(stored, nullptr));
  };
  co_await worker_.loop->stage(EventLoop::Stage::Write);
  IoResult sent;
  uint64_t left = framing.length;  // with a length: how much is still to go
  const bool counted = framing.framing == BodyFraming::Length;
  if (!held.bytes.empty()) {
    keep(held.bytes);
    if (counted) left -= std::min<uint64_t>(left, held.bytes.size());
    if (held.complete || (counted && left == 0)) endsWhole();
    // Not a conditional expression: g++ 12 awaits both of its branches, and the body went out
    // twice.
    if (held.complete) {
      sent = co_await client.finish(held.bytes, writeDeadline(request), exchange.trailers());
    } else {
      sent = co_await client.write(held.bytes, writeDeadline(request));
    }
  }
  bool complete = held.complete;
  bool finished = held.complete && !held.bytes.empty();
  for (size_t turn = 1; sent.ok() && !complete; ++turn) {
    BodyPart part = exchange.pollBody();
    if (part.status == BodyPart::Status::Data && part.data.empty()) {
      // Nothing is there yet: what we have must not wait for it.
      sent = co_await client.flush(writeDeadline(request));
      if (!sent.ok()) break;
      part = co_await exchange.readBody();
    }
    if (!part.ok()) {
      static_cast<void>(co_await upstreamBroke(request, part, downstream_.started()));
      exchange.abandon();
      co_return;
    }
    if (part.status == BodyPart::Status::End) {
      complete = true;
      endsWhole();
      break;
    }
    keep(part.data);
    if (exchange.atLastPart()) {  // the end goes out with it: one write, one frame
      endsWhole();
      sent = co_await client.finish(part.data, writeDeadline(request), kNoTrailers);
      finished = true;
      static_cast<void>(exchange.pollBody());  // its End: the connection may be used again
      break;
    }
    if (counted) {
      left -= std::min<uint64_t>(left, part.data.size());
      if (left == 0) endsWhole();
    }
    sent = co_await client.write(part.data, writeDeadline(request));
    if (turn % 64 == 0) co_await worker_.loop->yield();
  }
  record(request);
  if (sent.ok() && !finished) {
    sent = co_await client.finish({}, writeDeadline(request), exchange.trailers());
  }
  if (!sent.ok()) {
    request.keep_alive = false;
    exchange.abandon();
  }
}

}  // namespace gateway
