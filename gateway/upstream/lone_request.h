#pragma once

#include <chrono>
#include <string>

#include "gateway/upstream/endpoint.h"
#include "gateway/upstream/exchange.h"

namespace gateway {

struct LoneRequest {
  std::string path = "/";  // with its query, if any
  std::string user_agent;
  std::string preface;  // as UpstreamExchange::setPreface; HTTP/1 only
  bool http2 = false;   // what the upstream's `protocol` says
  UpstreamTimeouts timeouts;
};

struct LoneAnswer {
  ExchangeResult result;
  bool connected = false;
  waf::MonotonicTime connected_at;  // once it is
  int status = 0;                   // where the result is ok
};

// One GET on a connection of its own, which ends with it: what asks whether an endpoint is well,
// over the same exchange that requests use. `address` must live as long; on its loop's thread.
Task<LoneAnswer> askAlone(EventLoop* loop, const UpstreamAddress& address, LoneRequest request);

}  // namespace gateway
