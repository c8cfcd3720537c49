#pragma once

#include <string>
#include <string_view>

#include "gateway/cache/stored_response.h"
#include "gateway/net/stream.h"
#include "gateway/proxy/request.h"

namespace gateway {

struct UpstreamHeadOptions {
  std::string_view peer_ip;                    // whom the request came from, for X-Forwarded-For
  const StoredResponse* revalidate = nullptr;  // ask whether this is still current
  bool identity_only = false;                  // the response will be inspected: no content coding
  bool upgrade = false;                        // pass the WebSocket upgrade on
  bool no_extensions = false;                  // of the WebSocket: its messages are inspected
  std::string_view websocket_key;              // the gateway's own, instead of the client's
  const TlsInfo* tls = nullptr;                // the client's handshake
  BodyFraming framing = BodyFraming::None;
  uint64_t content_length = 0;
};

// The head that goes to the upstream, in canonical form: hop-by-hop fields removed, target in
// origin form, what says who asked (X-Forwarded-For, -Proto, -Host, X-Real-IP, X-Request-Id, Via)
// written anew unless a trusted proxy sent it. Where the site asks for client
// certificates X-Client-Cert-* are ours alone.
std::string upstreamHead(const Request& request, const UpstreamHeadOptions& options);

}  // namespace gateway
