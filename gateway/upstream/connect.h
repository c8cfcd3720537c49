#pragma once

#include <memory>
#include <string>

#include "gateway/net/stream.h"
#include "gateway/upstream/endpoint.h"

namespace gateway {

struct UpstreamOpened {
  IoStatus status = IoStatus::Failed;
  std::string why;  // when it is not Ok: "connection refused", which check of TLS failed
  std::unique_ptr<Stream> stream;
};

// A new connection to an endpoint, TLS handshake included: address after address within one
// deadline. `preface` goes out before anything else (a PROXY protocol head). `http2`: over TLS the
// endpoint must agree on HTTP/2. `address` must live as long; on its loop's thread.
Task<UpstreamOpened> openUpstream(EventLoop* loop, const UpstreamAddress& address,
                                  Deadline deadline, std::string preface = {}, bool http2 = false);

}  // namespace gateway
