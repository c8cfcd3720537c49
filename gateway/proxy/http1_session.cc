#include "gateway/proxy/http1_session.h"

#include "gateway/proxy/exchange.h"
#include "waf/base/text.h"

namespace gateway {

void Http1Session::drain() {
  if (idle_ || (downstream_ != nullptr && downstream_->tunnelling())) stream().cancelWaits();
}

Task<void> Http1Session::run() {
  std::chrono::milliseconds write_timeout{30000};
  co_await serveRequests(&write_timeout);
  input_.release();
  co_await stream().closeInOrder(linger_, write_timeout);
}

// Until the connection has to end.
Task<void> Http1Session::serveRequests(std::chrono::milliseconds* write_timeout) {
  RequestParser parser{HeadLimits{}};
  RequestHead head;  // keeps the memory of its field list from request to request
  std::shared_ptr<const Snapshot> snapshot;
  const ListenerTable* listener = nullptr;  // of the snapshot
  // Takes up the newest snapshot. False where that has this connection's listener no more: the
  // request that is under way ends with the one before.
  const auto renew = [&] {
    const auto& newest = worker().snapshots.current();
    if (newest == snapshot) return true;
    const ListenerTable* found = newest->listener(listenerKey());
    if (found == nullptr) return false;
    snapshot = newest;
    listener = found;
    return true;
  };
  bool keep_alive = true;
  while (keep_alive && renew() && !worker().ending) {
    parser.setLimits(listener->limits);
    *write_timeout = listener->write_timeout;
    idle_ = input_.empty();
    const HeadStatus status = co_await readRequestHead(
        stream(), input_, parser,
        {listener->idle_timeout, listener->head_timeout, &worker().ending}, &head);
    idle_ = false;
    // While the connection was idle a newer snapshot may have come into force.
    renew();
    Request request;
    request.head = std::move(head);
    request.snapshot = snapshot;
    request.listener = listener;
    if (status != HeadStatus::Complete) {
      co_await refuseHead(request, status, parser);
      break;
    }
    ++begun_;
    Exchange::begin(*this, request);
    Http1Downstream downstream(stream(), input_, request.head, worker().draining);
    downstream_ = &downstream;
    Exchange exchange(*this, downstream);
    co_await exchange.run(request);
    downstream_ = nullptr;
    linger_ = downstream.linger();
    head = std::move(request.head);
    keep_alive = request.keep_alive;
  }
}

// RFC 9113, 3.4: where HTTP/2 may be spoken by prior knowledge, a connection that begins with
// neither of the two is one of HTTP/2 with a broken preface.
bool Http1Session::isBrokenPreface(const Request& request, HeadStatus status,
                                   std::string_view head) const {
  const std::string_view line = head.substr(0, head.find('\n'));
  return begun_ == 0 && status == HeadStatus::Refused &&
         request.listener->config.http2_prior_knowledge && !request.secure &&
         line.find(" HTTP/") == std::string_view::npos;
}

Task<void> Http1Session::refuseHead(Request& request, HeadStatus status,
                                    const RequestParser& parser) {
  if (status != HeadStatus::Refused && status != HeadStatus::HeadTimeout) co_return;
  const Refusal refusal = parser.refusal();
  // The request line as far as it is known, for the event: method and target of what was refused.
  std::string partial(parser.partialHead().substr(0, 8192));
  request.head.clear();
  Exchange::begin(*this, request);
  request.keep_alive = false;
  const size_t line_end = partial.find('\n');
  std::string_view line = std::string_view(partial).substr(0, line_end);
  const size_t space = line.find(' ');
  if (space != std::string_view::npos) {
    request.head.method = line.substr(0, space);
    line.remove_prefix(space + 1);
    request.head.target = waf::trim(line.substr(0, line.find(' ')));
  }
  linger_ = true;
  Http1Downstream downstream(stream(), input_, request.head, worker().draining);
  Exchange exchange(*this, downstream);
  if (isBrokenPreface(request, status, partial)) co_return exchange.cutHead(request, refusal);
  if (status == HeadStatus::HeadTimeout) {
    co_await exchange.refuseHead(request, {408, "the request's head did not arrive in time"},
                                 waf::Reason::Limit);
    co_return;
  }
  const bool limit = refusal.status == 414 || refusal.status == 431;
  co_await exchange.refuseHead(request, refusal,
                               limit ? waf::Reason::Limit : waf::Reason::Protocol);
}

}  // namespace gateway
