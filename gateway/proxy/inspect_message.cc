// A text message of a WebSocket as the rules see it: a request of its own, with the handshake's
// target and fields and the message as a JSON body. What is no JSON stands in one as the member
// "message", so that rules find it in ARGS.
#include <nlohmann/json.hpp>

#include "gateway/http1/hop_by_hop.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/stopwatch.h"
#include "waf/base/text.h"
#include "waf/base/ulid.h"

namespace gateway {
namespace {

constexpr std::string_view kMethod = "POST";

bool isOfTheHandshake(const HopByHop& hops, std::string_view name) {
  constexpr std::string_view kPrefix = "sec-websocket-";
  return hops.drops(name) || waf::equalsIgnoreCase(name, "content-type") ||
         (name.size() > kPrefix.size() &&
          waf::equalsIgnoreCase(name.substr(0, kPrefix.size()), kPrefix));
}

std::string bodyOf(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  const bool structured = first != std::string::npos && (text[first] == '{' || text[first] == '[');
  // Without exceptions, and without a stack that grows with the nesting.
  if (structured && nlohmann::json::accept(text)) return text;
  std::string out = "{\"message\":\"";
  waf::appendJsonEscaped(text, &out);
  return out + "\"}";
}

// It was not sent on. A WebSocket has no status for that: this is what it means.
void markRefused(Request* message) {
  message->endpoint.clear();
  message->status = 403;
}

}  // namespace

// Shares the handshake's memory: the tunnel's request outlives its messages.
void Exchange::beginMessage(const Request& handshake, Request* message) const {
  message->snapshot = handshake.snapshot;
  message->listener = handshake.listener;
  message->site = handshake.site;
  message->time = worker_.clock.wall();
  message->started = worker_.clock.monotonic();
  message->id = waf::newUlid(message->time);
  message->client = handshake.client;
  message->client_ip = handshake.client_ip;
  message->secure = handshake.secure;
  message->endpoint = handshake.endpoint;
  message->head.method = handshake.head.method;
  message->head.target = handshake.head.target;
  message->head.protocol = handshake.head.protocol;
  message->head.fields = handshake.head.fields;
  message->status = 101;
}

// True: it may go on.
bool Exchange::inspectMessage(const Request& handshake, const std::string& text) {
  Request message;
  beginMessage(handshake, &message);
  const Site& site = *message.site;
  const std::string body = bodyOf(text);
  std::optional<waf::Interruption> interruption;
  {
    const Stopwatch watch(worker_.clock, &message.phases[1]);
    waf::Transaction& transaction =
        message.transaction.emplace(site.rule_set, site.policy, worker_.clock);
    if (worker_.samples(message.snapshot->config.settings.rule_cost_one_of)) {
      transaction.measure(site.costs.get());
    }
    transaction.setUniqueId(message.id);
    transaction.connection(message.client_ip, client_.peerPort(), client_.localIp(),
                           client_.localPort());
    transaction.requestLine(kMethod, message.head.target, message.head.protocol);
    const HopByHop hops(message.head.fields);
    for (const HeaderField& field : message.head.fields) {
      if (!isOfTheHandshake(hops, field.name))
        transaction.addRequestHeader(field.name, field.value);
    }
    transaction.addRequestHeader("Content-Type", "application/json");
    transaction.addRequestHeader("Content-Length", std::to_string(body.size()));
    interruption = transaction.requestHeaders();
    if (!interruption && transaction.wantsRequestBody()) {
      interruption = transaction.appendRequestBody(body);
    }
    if (!interruption) interruption = transaction.requestBody();
  }
  const bool enforced = site.policy.mode == waf::EngineMode::On;
  const auto& failure = message.transaction->inspectionFailure();
  if (!interruption && (failure || message.transaction->limitsExceeded())) {
    message.reason = waf::Reason::Fault;
    message.detail =
        failure ? failure->message : std::string("a rule's regular expression reached its limit");
    const bool refuses = enforced && site.fail_closed;
    if (refuses) markRefused(&message);
    recordMessage(handshake, &message, message.detail);
    return !refuses;
  }
  if (interruption) {
    message.reason = waf::Reason::Waf;
    markRefused(&message);
  }
  recordMessage(handshake, &message, interruption ? interruption->message : std::string());
  return !interruption;
}

// `message` null: it could not be read; why tells the reason.
void Exchange::recordMessage(const Request& handshake, Request* message, std::string why) {
  Request unread;
  if (message == nullptr) {
    beginMessage(handshake, &unread);
    unread.reason = waf::Reason::Protocol;
    markRefused(&unread);
    message = &unread;
  }
  if (!why.empty()) message->detail = "WebSocket message: " + why;
  record(*message);
}

}  // namespace gateway
