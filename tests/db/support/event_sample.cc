#include "tests/db/support/event_sample.h"

#include <fstream>

namespace db {

waf::AuditEvent sampleEvent(const std::string& id, waf::WallTime time) {
  waf::AuditEvent event;
  event.id = id;
  event.time = time;
  event.site = "shop";
  event.client_ip = "203.0.113.7";
  event.client_port = 40000;
  event.method = "GET";
  event.uri = "/search?id=1%27%20OR%20%271%27=%271";
  event.protocol = "HTTP/1.1";
  event.request_headers = {{"Host", "shop.example"}, {"User-Agent", "curl/7.88.1"}};
  event.status = 403;
  event.decision = waf::Decision::Blocked;
  event.reason = waf::Reason::Waf;
  event.inbound_score = 5;
  waf::MatchedRule rule;
  rule.id = 942100;
  rule.phase = 2;
  rule.message = "SQL Injection Attack Detected";
  rule.severity = "CRITICAL";
  rule.variable = "ARGS:id";
  rule.value = "1' OR '1'='1";
  rule.match_offset = 1;
  rule.match_length = 4;
  event.rules = {rule};
  return event;
}

std::vector<std::string> linesOf(const std::string& path) {
  std::vector<std::string> out;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

}  // namespace db
