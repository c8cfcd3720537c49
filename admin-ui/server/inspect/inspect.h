#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/base/result.h"
#include "waf/engine/rule_costs.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"

namespace admin {

// A request as somebody wrote it down or copied it from a log. Read leniently (bare line feeds, a
// Content-Length that no longer fits): what is asked is what the rules say, the wire form has been
// judged before.
struct RawRequest {
  std::string method;
  std::string uri;
  std::string protocol;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  static waf::Result<RawRequest> parse(std::string_view text);
};

// The answer to it, read as leniently: "HTTP/1.1 200 OK", headers, an empty line, the body (not
// compressed: what the application sent).
struct RawResponse {
  int status = 200;
  std::string protocol;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  static waf::Result<RawResponse> parse(std::string_view text);
};

struct InspectedClient {
  std::string ip = "127.0.0.1";
  uint16_t port = 12345;
};

// Runs the request through phases 1 and 2, the response (may be null) through 3 and 4, then phase
// 5, and tells everything: decision, status, scores, matched rules, trace. The trace is cut after
// some thousand steps ("trace_cut": true).
nlohmann::json inspectRequest(std::shared_ptr<const waf::RuleSet> rule_set,
                              const waf::Policy& policy, const RawRequest& request,
                              const InspectedClient& client, const RawResponse* response = nullptr);

// Runs the request through phases 1, 2 and 5; what its rules cost goes to `costs`, whose rule set
// is run.
void measureRequest(waf::RuleCosts* costs, const waf::Policy& policy, const RawRequest& request);

}  // namespace admin
