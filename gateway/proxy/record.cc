// The end of a request: phase 5, the audit event, the counters.
#include <algorithm>
#include <functional>

#include "db/events/event_classes.h"
#include "db/secrets/secret_box.h"
#include "gateway/proxy/exchange.h"

namespace gateway {
namespace {

int64_t micros(std::chrono::nanoseconds span) {
  return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

// A fault of the upstream is no refusal of ours; everything else that has a reason is, when an
// answer other than the upstream's was given.
waf::Decision decide(const Request& request) {
  const waf::Decision engine =
      request.transaction ? request.transaction->decision() : waf::Decision::Passed;
  switch (request.reason) {
    case waf::Reason::None:
    case waf::Reason::Upstream:
      return engine;
    case waf::Reason::Fault:
      return request.endpoint.empty() && request.status >= 400 ? waf::Decision::Blocked
                                                               : waf::Decision::Detected;
    default:
      return waf::Decision::Blocked;
  }
}

void describeTimes(const Request& request, const waf::Clock& clock, waf::AuditEvent* event) {
  static constexpr const char* kPhases[] = {"phase1", "phase2", "phase3", "phase4"};
  std::chrono::nanoseconds sum{};
  for (size_t i = 0; i < request.phases.size(); ++i) {
    sum += request.phases[i];
    if (request.phases[i].count() > 0) {
      event->durations_us.emplace_back(kPhases[i], micros(request.phases[i]));
    }
  }
  event->durations_us.emplace_back("waf", micros(sum));
  event->durations_us.emplace_back("upstream", micros(request.upstream_time));
  event->durations_us.emplace_back("total", micros(clock.monotonic() - request.started));
}

void describeResponse(const Request& request, waf::AuditEvent* event) {
  if (request.response == nullptr || request.site == nullptr) return;
  const std::string& kept = request.site->config.events.response;
  if (kept == "off") return;
  for (const HeaderField& field : request.response->fields) {
    event->response_headers.emplace_back(field.name, field.value);
  }
  if (kept == "excerpt") {
    event->response_excerpt = request.response_body.substr(0, waf::kMaxBodyExcerpt);
  }
}

waf::AuditEvent describe(Request& request, waf::Decision decision, const ClientConnection& client) {
  waf::AuditEvent event;
  event.id = request.id;
  event.time = request.time;
  if (request.site != nullptr) event.site = request.site->config.name;
  event.client_ip = request.client_ip;
  event.client_port = client.peerPort();
  event.method = request.head.method;
  event.uri = request.transaction ? request.transaction->shownUri(request.head.target)
                                  : std::string(request.head.target);
  event.protocol = request.head.protocol;
  for (const HeaderField& field : request.head.fields) {
    event.request_headers.emplace_back(
        field.name, request.transaction ? request.transaction->shownHeader(field.name, field.value)
                                        : std::string(field.value));
  }
  event.status = request.status;
  event.decision = decision;
  event.reason = request.reason;
  if (event.reason == waf::Reason::None && decision != waf::Decision::Passed) {
    event.reason = waf::Reason::Waf;
  }
  event.detail = request.detail;
  if (request.transaction) {
    event.body_excerpt = request.transaction->bodyExcerpt();
    event.rules = request.transaction->takeMatchedRules();
    event.inbound_score = request.transaction->inboundScore();
    event.outbound_score = request.transaction->outboundScore();
  } else {
    event.body_excerpt = request.buffered.substr(0, waf::kMaxBodyExcerpt);
  }
  event.upstream = request.endpoint;
  event.cache_status = request.cache_status;
  if (const TlsInfo* tls = client.tls(); tls != nullptr) {
    event.tls_version = tls->protocol;
    event.tls_sni = tls->server_name;
    event.tls_ja4 = client.stream().fingerprint();
  }
  describeTimes(request, client.worker().clock, &event);
  describeResponse(request, &event);
  event.class_scores = db::scoreByClass(event.rules);
  waf::GeoRecord place;
  if (request.snapshot && request.snapshot->geo &&
      request.snapshot->geo->lookUp(request.client, &place)) {
    event.country = place.country_code;
  }
  return event;
}

// The parts of an ordinary request that the site does not keep.
void leaveOut(const db::AccessLogConfig& log, waf::AuditEvent* event) {
  const auto keeps = [&log](std::string_view field) {
    return std::find(log.fields.begin(), log.fields.end(), field) != log.fields.end();
  };
  if (!keeps("headers")) event->request_headers.clear();
  if (!keeps("query")) event->uri.resize(std::min(event->uri.find('?'), event->uri.size()));
  if (!keeps("body")) event->body_excerpt.clear();
  if (!keeps("response")) {
    event->response_headers.clear();
    event->response_excerpt.clear();
  }
  if (!keeps("tls")) {
    event->tls_version.clear();
    event->tls_sni.clear();
  }
  if (!keeps("upstream")) event->upstream.clear();
  if (!keeps("durations")) event->durations_us.clear();
}

// A longer record is kept masked alone: a line of the spool holds twice as much.
constexpr size_t kMostSealed = 256u << 10;

// Masks the event; where the site wants it what was masked goes along sealed, bound to the event.
void mask(const Request& request, bool is_event, waf::AuditEvent* event) {
  const bool keep = request.site != nullptr && request.site->config.events.keep_secrets &&
                    request.snapshot->sealing && is_event;
  const std::string whole = keep ? waf::toAuditJson(*event) : "";
  const waf::Masking& masking = request.snapshot->masking;
  masking.apply(event, request.transaction ? request.transaction->secrets(masking)
                                           : std::vector<std::string>());
  if (!keep || whole.size() > kMostSealed || waf::toAuditJson(*event) == whole) return;
  const auto sealed = request.snapshot->sealing->seal(whole, db::eventContext(event->id));
  if (sealed) event->sealed = *sealed;
}

// The end of an id is random, and the same in every log that it stands in.
bool isSampled(const Request& request) {
  if (request.site == nullptr) return false;
  const uint32_t percent = request.site->config.access_log.sample_percent;
  return percent > 0 && std::hash<std::string>()(request.id) % 100 < percent;
}

}  // namespace

void Exchange::record(Request& request) {
  if (std::exchange(request.recorded, true)) return;
  if (request.transaction) request.transaction->logging();
  const waf::Decision decision = decide(request);
  TrafficSlot& slot = (request.site != nullptr ? request.site->traffic : worker_.unrouted_traffic)
                          ->slot(worker_.index);
  if (decision == waf::Decision::Blocked) TrafficSlot::add(&slot.blocked, 1);
  if (decision == waf::Decision::Detected) TrafficSlot::add(&slot.detected, 1);

  const bool relevant = decision != waf::Decision::Passed || request.reason != waf::Reason::None ||
                        (request.transaction && request.transaction->auditRelevant());
  if (!relevant && request.snapshot->config.settings.audit_log.mode != "all" && !isSampled(request))
    return;
  if (!worker_.spool) return;
  waf::AuditEvent event = describe(request, decision, client_);
  if (!relevant && request.site != nullptr) {
    leaveOut(request.site->config.access_log, &event);
  }
  mask(request, relevant, &event);
  std::string line;
  waf::appendAuditJson(event, &line);
  // A loss is counted and alarmed by the log; the answer goes out all the same.
  static_cast<void>(worker_.spool->append(line, decision == waf::Decision::Blocked));
}

void Exchange::recordRefusal(const ClientConnection& client, Request& request) {
  Worker& worker = client.worker();
  TrafficSlot& slot = worker.unrouted_traffic->slot(worker.index);
  TrafficSlot::add(&slot.requests, 1);
  TrafficSlot::add(&slot.blocked, 1);
  if (!worker.spool) return;
  waf::AuditEvent event = describe(request, waf::Decision::Blocked, client);
  if (request.snapshot) mask(request, true, &event);
  static_cast<void>(worker.spool->append(waf::toAuditJson(event), true));
}

void Exchange::count(const Request& request) {
  TrafficSlot& slot = (request.site != nullptr ? request.site->traffic : worker_.unrouted_traffic)
                          ->slot(worker_.index);
  TrafficSlot::add(&slot.requests, 1);
  if (request.status >= 400 && request.status < 500) TrafficSlot::add(&slot.client_errors, 1);
  if (request.status >= 500) TrafficSlot::add(&slot.server_errors, 1);
  if (request.cache_hit) TrafficSlot::add(&slot.cache_hits, 1);
  TrafficSlot::add(&slot.bytes_in, request.head.bytes.size() + request.body_bytes);
  TrafficSlot::add(&slot.bytes_out, request.bytes_out);
}

}  // namespace gateway
