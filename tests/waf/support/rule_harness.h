#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "waf/engine/rule_set.h"

namespace waf {

// A request and its response as a rule's test writes them.
struct RuleRequest {
  std::string method = "GET";
  std::string uri = "/";
  std::string protocol = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string response_body;  // text/html when not empty
};

struct RuleOutcome {
  int status = 200;
  std::set<int64_t> matched;
};

// The rules folder of the sources at `source_dir`, compiled; null after printing the diagnostics.
std::shared_ptr<const RuleSet> loadOwnRules(const std::string& source_dir);

// One transaction through all phases. Under DetectionOnly every rule has its say and the status
// stays 200.
RuleOutcome run(const std::shared_ptr<const RuleSet>& rules, const RuleRequest& request,
                bool detection_only = false);

}  // namespace waf
