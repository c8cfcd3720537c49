// WAF phases 1 and 2, and the reading of the body between them.
#include <algorithm>

#include "gateway/proxy/exchange.h"
#include "gateway/proxy/grpc.h"
#include "gateway/proxy/progress_deadline.h"
#include "gateway/proxy/stopwatch.h"
#include "waf/base/spare_strings.h"

namespace gateway {
namespace {

// Read at once when nobody inspects it, so that a small body goes out with its head and can be sent
// again to another endpoint.
constexpr size_t kReplayBytes = 65536;

}  // namespace

Task<Exchange::Step> Exchange::interrupted(Request& request,
                                           std::optional<waf::Interruption> interruption) {
  if (!interruption) return Step::GoOn;
  std::string detail = interruption->message;
  if (interruption->drop) {
    request.status = 0;
    request.reason = waf::Reason::Waf;
    request.detail = std::move(detail);
    request.keep_alive = false;
    record(request);
    downstream_.cut();
    return Step::Done;
  }
  ExtraFields extra;
  int status = interruption->status;
  if (!interruption->redirect.empty()) {
    extra.emplace_back("Location", interruption->redirect);
    if (status < 300 || status > 399) status = 302;
  }
  if (status < 200 || status > 599) status = 403;
  return refused(request, status, waf::Reason::Waf, std::move(detail), std::move(extra));
}

Task<Exchange::Step> Exchange::inspectHead(Request& request) {
  const Site& site = *request.site;
  if (!site.rule_set) return Step::GoOn;
  std::optional<waf::Interruption> interruption;
  {
    const Stopwatch watch(worker_.clock, &request.phases[0]);
    waf::Transaction& transaction =
        request.transaction.emplace(site.rule_set, site.policy, worker_.clock);
    if (worker_.samples(request.snapshot->config.settings.rule_cost_one_of)) {
      transaction.measure(site.costs.get());
    }
    transaction.setUniqueId(request.id);
    transaction.connection(request.client_ip, client_.peerPort(), client_.localIp(),
                           client_.localPort());
    transaction.requestLine(request.head.method, request.head.target, request.head.protocol);
    for (const HeaderField& field : request.head.fields) {
      transaction.addRequestHeader(field.name, field.value);
    }
    interruption = transaction.requestHeaders();
  }
  return interrupted(request, std::move(interruption));
}

Task<Exchange::Step> Exchange::readBody(Request& request) {
  if (request.body_complete) return Step::GoOn;
  // The messages of a call come as long as both sides like, and each waits for others. Nobody
  // inspects them, so what a client calls its request is not enough: the site has to speak gRPC.
  request.streaming = request.site->config.grpc && isGrpc(request.head) &&
                      request.head.major_version == 2 &&
                      request.site->upstream->config.protocol != "http1";
  if (request.streaming) return Step::GoOn;
  const uint64_t site_limit = request.site->config.limits.body_bytes;
  if (site_limit != 0 && request.head.framing == BodyFraming::Length &&
      request.head.content_length > site_limit) {
    return refused(request, 413, waf::Reason::Limit,
                   "the body is larger than " + std::to_string(site_limit) + " bytes (body_bytes)");
  }
  return readParts(request);
}

Task<Exchange::Step> Exchange::readParts(Request& request) {
  const bool inspect = request.transaction && request.transaction->wantsRequestBody();
  const size_t limit = inspect ? request.transaction->requestBodyLimit() : kReplayBytes;
  if (request.head.expect_continue) {
    const IoResult sent = co_await downstream_.sendContinue(writeDeadline(request));
    if (!sent.ok()) {
      request.keep_alive = false;
      co_return Step::Done;
    }
  }
  ProgressDeadline progress(worker_.loop, std::chrono::milliseconds(request.timeouts().body_ms));
  while (request.buffered.size() <= limit) {
    const BodyPart part = co_await downstream_.readBody(progress.deadline());
    if (part.status == BodyPart::Status::End) {
      request.body_complete = true;
      inspectTrailers(request);
      co_return Step::GoOn;
    }
    if (co_await takeBodyPart(request, part, inspect) == Step::Done) co_return Step::Done;
    progress.moved(part.data.size());
  }
  // The end may be there already, so that the upstream gets a Content-Length.
  request.body_complete = downstream_.bodyDone();
  co_return Step::GoOn;
}

// They go on as fields that the rules of phase 2 have seen among the head's.
void Exchange::inspectTrailers(Request& request) {
  request.trailers = downstream_.trailers();
  if (!request.transaction) return;
  for (const auto& [name, value] : request.trailers) {
    request.transaction->addRequestHeader(name, value);
  }
}

Task<Exchange::Step> Exchange::takeBodyPart(Request& request, const BodyPart& part, bool inspect) {
  if (!part.ok()) return refuseBody(request, part);
  waf::appendToSpare(part.data, &request.buffered);
  request.body_bytes += part.data.size();
  const uint64_t site_limit = request.site->config.limits.body_bytes;
  if (site_limit != 0 && request.body_bytes > site_limit) {
    return refuseBody(request,
                      BodyPart{BodyPart::Status::Refused,
                               {},
                               Refusal{413, "the body is larger than the site's body_bytes"}});
  }
  std::optional<waf::Interruption> interruption;
  if (inspect) {
    const Stopwatch watch(worker_.clock, &request.phases[1]);
    interruption = request.transaction->appendRequestBody(part.data);
  }
  return interrupted(request, std::move(interruption));
}

Task<Exchange::Step> Exchange::refuseBody(Request& request, BodyPart part) {
  request.keep_alive = false;
  switch (part.status) {
    case BodyPart::Status::Refused:
      co_await refuse(request, part.refusal.status,
                      part.refusal.status == 413 ? waf::Reason::Limit : waf::Reason::Protocol,
                      std::string(part.refusal.reason));
      break;
    case BodyPart::Status::Timeout:
      co_await refuse(request, 408, waf::Reason::Limit,
                      "the request's body did not arrive in time");
      break;
    default:
      // Nobody is there to answer; the attempt is on record all the same.
      request.reason = waf::Reason::Protocol;
      request.detail = "the client closed the connection within the body";
      record(request);
      downstream_.cut();
      break;
  }
  co_return Step::Done;
}

Task<Exchange::Step> Exchange::inspectBody(Request& request) {
  if (!request.transaction) return Step::GoOn;
  std::optional<waf::Interruption> interruption;
  {
    const Stopwatch watch(worker_.clock, &request.phases[1]);
    interruption = request.transaction->requestBody();
  }
  const bool refuses =
      request.site->fail_closed && request.site->policy.mode == waf::EngineMode::On;
  // Also where a rule refuses it for the same reason: the client learns what is wrong.
  if (const auto& failure = request.transaction->inspectionFailure()) {
    request.reason = waf::Reason::Fault;
    request.detail = failure->message;
    if (refuses) {
      return refused(request, failure->status, waf::Reason::Fault, failure->message);
    }
  }
  if (interruption) return interrupted(request, std::move(interruption));
  if (!request.transaction->limitsExceeded()) return Step::GoOn;
  // Some rule could not be decided: that is not "no match", the site's failure policy decides.
  request.reason = waf::Reason::Fault;
  request.detail =
      "a rule's regular expression or XML target reached its limit, so the request was not "
      "inspected in full";
  if (refuses) {
    return refused(request, 403, waf::Reason::Fault,
                   request.detail + "; the failure policy is closed");
  }
  return Step::GoOn;
}

}  // namespace gateway
