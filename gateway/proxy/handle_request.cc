// From a valid head to the decision who answers: the order of the checks is the contract in
// session.h.
#include "gateway/access/client_address.h"
#include "gateway/access/client_certificate.h"
#include "gateway/access/forwarded.h"
#include "gateway/http1/head_writer.h"
#include "gateway/proxy/exchange.h"
#include "waf/base/text.h"
#include "waf/base/ulid.h"

namespace gateway {
namespace {

bool wantsTunnel(const RequestHead& head) {
  if (head.upgrade) return true;
  if (head.method != "GET" || head.isHttp10() || head.hasBody()) return false;
  return waf::equalsIgnoreCase(waf::trim(head.fields.value("upgrade")), "websocket");
}

// 0 in Max-Forwards makes us the recipient (RFC 9110, 7.6.2).
bool isLastHop(const RequestHead& head) {
  uint64_t hops = 1;
  return waf::parseUint64(head.fields.value("max-forwards"), &hops) && hops == 0;
}

}  // namespace

void Exchange::begin(const ClientConnection& client, Request& request) {
  Worker& worker = client.worker();
  request.started = worker.clock.monotonic();
  request.time = worker.clock.wall();
  request.id = waf::newUlid(request.time);
  request.client = client.peer();
  request.client_ip = client.peerIp();
  request.secure = client.tls() != nullptr;
  request.keep_alive = request.head.keep_alive;
  worker.requests.fetch_add(1, std::memory_order_relaxed);
}

Task<void> Exchange::run(Request& request) {
  // What follows a WebSocket's head is no body.
  request.body_complete = request.head.upgrade || downstream_.bodyDone();
  co_await handleRequest(request);
  record(request);
  count(request);
}

Task<void> Exchange::refuseHead(Request& request, const Refusal& refusal, waf::Reason reason) {
  request.keep_alive = false;
  co_await refuse(request, refusal.status, reason, std::string(refusal.reason));
  record(request);
  count(request);
}

void Exchange::cutHead(Request& request, const Refusal& refusal) {
  request.keep_alive = false;
  request.status = 0;
  request.reason = waf::Reason::Protocol;
  request.detail = refusal.reason;
  record(request);
  count(request);
  downstream_.cut();
}

void Exchange::cancel() {
  if (under_way_ != nullptr && *under_way_) (*under_way_)->cancel();
}

Task<void> Exchange::handleRequest(Request& request) {
  if (co_await route(request) == Step::Done) co_return;
  if (co_await admit(request) == Step::Done) co_return;
  if (co_await checkMethod(request) == Step::Done) co_return;
  if (co_await redirectToHttps(request) == Step::Done) co_return;
  if (co_await checkClientCertificate(request) == Step::Done) co_return;
  if (co_await inspectHead(request) == Step::Done) co_return;
  if (co_await readBody(request) == Step::Done) co_return;
  if (co_await inspectBody(request) == Step::Done) co_return;
  if (wantsTunnel(request.head)) {
    co_await tunnel(request);
    co_return;
  }
  CacheUse cache;
  if (co_await answerFromCache(request, &cache) == Step::Done) co_return;
  co_await forward(request, std::move(cache));
}

Task<Exchange::Step> Exchange::route(Request& request) {
  const auto index = request.listener->hosts.find(request.head.host);
  if (!index) {
    return refused(request, 421, waf::Reason::Protocol,
                   "no site answers for host \"" + request.head.host + "\" on this listener");
  }
  request.site = request.snapshot->sites[*index].get();
  // A client that names one site in the handshake and another in Host would reach it past the rules
  // and certificates meant for it (RFC 9110, 7.4).
  const TlsInfo* tls = client_.tls();
  if (tls != nullptr && !tls->server_name.empty() && tls->server_name != request.head.host &&
      request.listener->hosts.find(tls->server_name) != index) {
    return refused(request, 421, waf::Reason::Protocol,
                   "host \"" + request.head.host + "\" is another site than the handshake's \"" +
                       tls->server_name + "\"");
  }
  const db::LimitsConfig& limits = request.site->config.limits;
  if (request.head.target.size() > limits.uri_bytes) {
    return refused(
        request, 414, waf::Reason::Limit,
        "the target is longer than " + std::to_string(limits.uri_bytes) + " bytes (uri_bytes)");
  }
  if (request.head.bytes.size() > limits.head_bytes ||
      request.head.fields.size() > limits.header_fields) {
    return refused(request, 431, waf::Reason::Limit,
                   "the head is larger than the site's limits (head_bytes, header_fields)");
  }
  return Step::GoOn;
}

Task<Exchange::Step> Exchange::admit(Request& request) {
  const Site& site = *request.site;
  if (!site.trusted_proxies.empty() && site.trusted_proxies.contains(client_.peer())) {
    request.peer_trusted = true;
    std::vector<std::string_view> lines;
    for (const HeaderField& field : request.head.fields) {
      if (waf::equalsIgnoreCase(field.name, site.config.forwarded_field)) {
        lines.push_back(field.value);
      }
    }
    const bool standard = site.config.forwarded_field == "forwarded";
    const std::vector<std::string> nodes =
        standard ? forwardedNodes(lines) : std::vector<std::string>();
    if (standard) lines.assign(nodes.begin(), nodes.end());
    request.client = clientAddress(client_.peer(), site.trusted_proxies, lines);
    request.client_ip = request.client.toString();
  }
  const AccessList::Verdict verdict = site.access.check(request.client);
  if (verdict != AccessList::Verdict::Allowed) {
    const bool denied = verdict == AccessList::Verdict::Denied;
    std::string detail = request.client_ip;
    detail += denied ? " is on the site's deny list" : " is not on the site's allow list";
    return refused(request, 403, waf::Reason::Access, std::move(detail));
  }
  if (site.rate_limiter) {
    const RateLimiter::Verdict rate = site.rate_limiter->admit(request.client, worker_.loop->now());
    if (!rate.allowed) {
      const db::RateLimitConfig& limit = site.config.rate_limit;
      ExtraFields extra{{"Retry-After", std::to_string(rate.retry_after.count())}};
      return refused(request, 429, waf::Reason::Rate,
                     request.client_ip + " sent more than " + std::to_string(limit.requests) +
                         " requests in " + std::to_string(limit.window_ms) + " ms",
                     std::move(extra));
    }
  }
  return Step::GoOn;
}

Task<Exchange::Step> Exchange::checkMethod(Request& request) {
  const RequestHead& head = request.head;
  // TRACE would show an attacker's script the fields that browsers and proxies hide from it.
  if (head.method == "TRACE" || head.method == "CONNECT" || head.method == "TRACK") {
    ExtraFields extra{{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}};
    return refused(request, 405, waf::Reason::Protocol,
                   "method " + std::string(head.method) + " is not passed on", std::move(extra));
  }
  if (head.method == "OPTIONS" && isLastHop(head)) {
    std::string out;
    beginHead(request, 200, &out);
    out += "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\nContent-Length: 0\r\n";
    return replied(request, std::move(out));
  }
  return Step::GoOn;
}

Task<Exchange::Step> Exchange::redirectToHttps(Request& request) {
  if (!request.site->config.redirect_to_https || request.secure) return Step::GoOn;
  std::string location = "https://";
  const bool ipv6 = request.head.host.find(':') != std::string::npos;
  location += ipv6 ? "[" + request.head.host + "]" : request.head.host;
  location += request.site->https_port_suffix;
  appendTarget(request.head.path, &location);
  if (request.head.has_query) {
    location += '?';
    appendTarget(request.head.query, &location);
  }
  std::string out;
  beginHead(request, 308, &out);
  out += "Location: " + location + "\r\nContent-Length: 0\r\n";
  return replied(request, std::move(out));
}

Task<Exchange::Step> Exchange::checkClientCertificate(Request& request) {
  CertificateVerdict verdict =
      judgeClientCertificate(request.site->client_auth.get(), client_.tls());
  if (verdict.status == 0) return Step::GoOn;
  return refused(request, verdict.status, waf::Reason::Tls, std::move(verdict.detail));
}

}  // namespace gateway
