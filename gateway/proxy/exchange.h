#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/cache/response_cache.h"
#include "gateway/proxy/client_connection.h"
#include "gateway/proxy/downstream.h"
#include "gateway/proxy/request.h"
#include "gateway/upstream/exchange.h"
#include "waf/base/spare_strings.h"

namespace gateway {

// The life of one request of a client, over HTTP/1 or HTTP/2. The order is fixed, and published:
// head and its validity → site by Host → access list → rate limit → redirect to https → client
// certificate → WAF phase 1 → body to the inspection limit → phase 2 → cache → balancer and
// upstream → phase 3 → response body, phase 4 → client → phase 5 → event. Lives in the coroutine of
// the request, on the loop of its connection's worker.
//
//   run() → handleRequest() → route() → admit() → inspectHead() → readBody() → inspectBody()
//     → answerFromCache() | tunnel() | forward() → ask() → inspectResponseHead() → relayResponse()
//   refuse() ends a request with a local reply; record() makes its event before the last byte
//   leaves.
class Exchange {
 public:
  Exchange(const ClientConnection& client, Downstream& downstream);
  ~Exchange();

  // What a request has before its head is looked at: id, times, client.
  static void begin(const ClientConnection& client, Request& request);

  // From a valid head to the counters.
  Task<void> run(Request& request);
  // The head was refused: the answer, the event, the counters.
  Task<void> refuseHead(Request& request, const Refusal& refusal, waf::Reason reason);
  // The same where the client would not understand an answer: the connection is cut.
  void cutHead(Request& request, const Refusal& refusal);

  // A connection was refused before there was a request to answer: its event.
  static void recordRefusal(const ClientConnection& client, Request& request);

  // The client is gone: what waits for the upstream ends.
  void cancel();

 private:
  // What the steps tell their caller. Done: the request has been answered (or cannot be).
  enum class Step { GoOn, Done };

  // handle_request.cc
  Task<void> handleRequest(Request& request);
  Task<Step> route(Request& request);
  Task<Step> admit(Request& request);
  Task<Step> checkMethod(Request& request);
  Task<Step> redirectToHttps(Request& request);
  Task<Step> checkClientCertificate(Request& request);

  // inspect_request.cc
  Task<Step> inspectHead(Request& request);
  Task<Step> readBody(Request& request);
  Task<Step> readParts(Request& request);
  void inspectTrailers(Request& request);
  Task<Step> takeBodyPart(Request& request, const BodyPart& part, bool inspect);
  Task<Step> refuseBody(Request& request, BodyPart part);
  Task<Step> inspectBody(Request& request);
  Task<Step> interrupted(Request& request, std::optional<waf::Interruption> interruption);

  // stream_body.cc
  struct BodyStream;  // the request's body on its way while the response comes
  Task<void> streamBody(Request& request, EndpointExchange& exchange, BodyStream& stream);
  void startStream(Request& request, EndpointExchange& exchange);
  Task<void> endStream() {
    if (!body_stream_) return {};
    return waitForStream();
  }
  Task<void> waitForStream();

  // forward.cc
  struct Asked {  // how asking the upstream ended
    ExchangeResult result;
    bool client_failed = false;  // the client's body broke off: the request was answered for that
  };
  struct CacheUse {
    std::string key;                              // "" when the cache is not used for this request
    std::shared_ptr<const StoredResponse> stale;  // to be revalidated
    std::string_view forward_reason;              // RFC 9211, 2.2: why it is not a hit
    waf::MonotonicTime requested;
  };
  Task<void> forward(Request& request, CacheUse cache);
  Task<Asked> ask(Request& request, const CacheUse& cache, EndpointExchange& exchange, bool fresh,
                  ResponseHead* response);
  Task<Asked> sendBody(Request& request, EndpointExchange& exchange);
  std::unique_ptr<EndpointExchange> makeExchange(const Request& request, size_t index);

  // answer_from_cache.cc
  Task<Step> answerFromCache(Request& request, CacheUse* cache);
  Task<Step> lookUp(Request& request, CacheUse* cache);
  Task<void> sendStored(Request& request, const StoredResponse& stored, const std::string& status);
  Task<Step> revalidated(Request& request, const CacheUse& cache, const ResponseHead& response);
  Task<Step> renew(Request& request, const CacheUse& cache, const ResponseHead& response);
  std::shared_ptr<StoredResponse> plan(Request& request, const CacheUse& cache,
                                       const ResponseHead& response);

  // relay_response.cc
  Task<Step> inspectResponseHead(Request& request, const ResponseHead& response);
  // What was not inspected goes on or not, as the site's failure policy says.
  bool noteUninspected(Request& request);
  Task<void> relayResponse(Request& request, EndpointExchange& exchange,
                           const ResponseHead& response, const CacheUse& cache);
  struct Held {  // the start of the response's body, kept back while it is inspected
    std::string bytes;
    bool complete = false;
    ~Held() { waf::giveSpareString(std::move(bytes)); }
  };
  Task<Step> holdForInspection(Request& request, EndpointExchange& exchange, Held* held);
  Task<Step> upstreamBroke(Request& request, const BodyPart& part, bool started);

  // tunnel.cc
  Task<void> tunnel(Request& request);

  // relay_tunnel.cc
  struct Tunnel;
  Task<void> relayBothWays(Request& request, UpstreamConnection& upstream);
  Task<void> relayToUpstream(Request& request, Tunnel& tunnel);
  Task<void> relayToClient(Tunnel& tunnel);
  Task<bool> passMessages(Request& request, Tunnel& tunnel, std::string_view bytes);

  // inspect_message.cc
  void beginMessage(const Request& handshake, Request* message) const;
  bool inspectMessage(const Request& handshake, const std::string& text);
  void recordMessage(const Request& handshake, Request* message, std::string why);

  // reply.cc
  using ExtraFields = std::vector<std::pair<std::string_view, std::string>>;
  Task<void> refuse(Request& request, int status, waf::Reason reason, std::string detail,
                    ExtraFields extra = {});
  Task<Step> refused(Request& request, int status, waf::Reason reason, std::string detail,
                     ExtraFields extra = {});  // refuse() as the last step
  Task<void> refuseGrpc(Request& request, int status);
  Task<void> reply(Request& request, std::string head, std::string_view body);
  Task<Step> replied(Request& request, std::string head);  // reply() without a body, as the last
  void beginHead(Request& request, int status, std::string* out);

  // record.cc
  void record(Request& request);
  void count(const Request& request);

  Deadline writeDeadline(const Request& request) const {
    return worker_.loop->after(std::chrono::milliseconds(request.timeouts().write_ms));
  }

  const ClientConnection& client_;
  Worker& worker_;
  Downstream& downstream_;
  std::unique_ptr<EndpointExchange>* under_way_ = nullptr;  // what waits for the upstream
  std::unique_ptr<BodyStream> body_stream_;
};

}  // namespace gateway
