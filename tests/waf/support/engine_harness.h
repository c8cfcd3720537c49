#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"

namespace waf {

// A request and the response that the application would give, for tests.
struct TestRequest {
  std::string method = "GET";
  std::string uri = "/";
  std::string protocol = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> headers{{"Host", "localhost"}};
  std::string body;
  int response_status = 200;
  std::vector<std::pair<std::string, std::string>> response_headers{{"Content-Type", "text/html"}};
  std::string response_body;
  std::string client_ip = "192.0.2.1";
};

struct TestOutcome {
  int status = 200;  // of the interruption, else of the response
  std::string redirect;
  bool interrupted = false;
  int64_t rule_id = 0;
  Decision decision = Decision::Passed;
  bool relevant = false;
  std::vector<MatchedRule> rules;
  int64_t inbound = 0;
  int64_t outbound = 0;

  bool matched(int64_t id) const;
};

// Runs all phases as the gateway does.
TestOutcome runRequest(const std::shared_ptr<const RuleSet>& rules, const TestRequest& request,
                       const Policy& policy = {}, TraceSink* trace = nullptr,
                       const Clock& clock = Clock::system());

// Rules from text; the test fails when they do not load.
std::shared_ptr<const RuleSet> loadRules(const std::string& text);

}  // namespace waf
