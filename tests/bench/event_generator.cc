#include "tests/bench/event_generator.h"

#include <cmath>

#include "waf/base/ulid.h"

namespace bench {
namespace {

constexpr const char* kSites[] = {"shop",   "blog", "api",  "intranet",
                                  "static", "docs", "mail", "old"};
constexpr const char* kWords[] = {"product", "cart",    "search", "login", "images",
                                  "style",   "account", "order",  "admin", "news",
                                  "feed",    "user",    "api",    "export"};
constexpr const char* kAgents[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/128.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) "
    "Version/17.6 Mobile/15E148 Safari/604.1",
    "curl/7.88.1", "python-requests/2.32.3"};

struct Attack {
  int64_t rule;
  const char* message;
  const char* value;
  const char* uri;
};
constexpr Attack kAttacks[] = {
    {942100, "SQL Injection Attack Detected", "1' OR '1'='1", "id=1%27%20OR%20%271%27=%271"},
    {942190, "Detects MSSQL code execution and information gathering attempts",
     "1 union select password from users", "q=1%20union%20select%20password%20from%20users"},
    {941100, "XSS Attack Detected", "<script>alert(1)</script>",
     "s=%3Cscript%3Ealert(1)%3C/script%3E"},
    {930120, "OS File Access Attempt", "../../etc/passwd", "file=../../etc/passwd"},
    {932160, "Remote Command Execution: Unix Shell Code Found", "; cat /etc/shadow",
     "cmd=;cat%20/etc/shadow"}};

}  // namespace

size_t EventGenerator::skewed(size_t bound) {
  const double unit = std::uniform_real_distribution<double>(0, 1)(random_);
  return std::min(bound - 1, static_cast<size_t>(std::pow(unit, 3) * static_cast<double>(bound)));
}

waf::AuditEvent EventGenerator::next(waf::WallTime time) {
  waf::AuditEvent event;
  event.time = time;
  event.id = waf::newUlid(time);
  event.site = kSites[skewed(std::size(kSites))];
  const size_t client = skewed(20000);
  event.client_ip = "203." + std::to_string(client % 251) + "." +
                    std::to_string(client / 251 % 256) + "." + std::to_string(1 + client % 7);
  event.client_port = static_cast<uint16_t>(1024 + below(60000));
  event.method = below(5) == 0 ? "POST" : "GET";
  event.uri = "/" + std::string(kWords[below(std::size(kWords))]) + "/" +
              std::string(kWords[below(std::size(kWords))]) + "/" + std::to_string(skewed(5000));
  event.protocol = "HTTP/1.1";
  event.request_headers = {
      {"Host", event.site + ".example"},
      {"User-Agent", kAgents[below(std::size(kAgents))]},
      {"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
      {"Accept-Language", "en-US,en;q=0.5"},
      {"Cookie", "session=********************************"},
      {"Referer", "https://" + event.site + ".example/"}};
  event.status = below(40) == 0 ? 500 : below(10) == 0 ? 404 : 200;
  event.upstream = "10.0.0." + std::to_string(1 + below(4)) + ":8080";
  event.durations_us = {{"waf", 120}, {"upstream", 2300}, {"total", 2600}};
  event.tls_version = "TLSv1.3";
  event.tls_sni = event.site + ".example";
  if (below(100) < 30) addRules(&event);
  return event;
}

void EventGenerator::addRules(waf::AuditEvent* event) {
  const Attack& attack = kAttacks[skewed(std::size(kAttacks))];
  event->uri += std::string("?") + attack.uri + std::to_string(below(100000));
  const size_t count = 1 + below(3);
  for (size_t i = 0; i <= count; ++i) {
    waf::MatchedRule rule;
    rule.id = i == count ? 949110 : attack.rule + static_cast<int64_t>(10 * i);
    rule.phase = 2;
    rule.message = i == count ? "Inbound Anomaly Score Exceeded" : attack.message;
    rule.data =
        i == count ? "" : std::string("Matched Data: ") + attack.value + " found within ARGS";
    rule.severity = "CRITICAL";
    rule.tags = {"application-multi", "language-multi", "platform-multi", "attack-generic",
                 "OWASP_CRS"};
    rule.variable = i == count ? "TX:blocking_inbound_anomaly_score" : "ARGS:q";
    rule.value = i == count ? "5" : attack.value;
    rule.transformations = {"urlDecodeUni", "lowercase"};
    rule.match_length = rule.value.size();
    rule.file = "rules/REQUEST-942-APPLICATION-ATTACK-SQLI.conf";
    rule.line = 100;
    event->rules.push_back(std::move(rule));
  }
  event->inbound_score = static_cast<int64_t>(5 * count);
  event->decision = below(3) == 0 ? waf::Decision::Detected : waf::Decision::Blocked;
  event->reason = waf::Reason::Waf;
  if (event->decision == waf::Decision::Blocked) event->status = 403;
}

}  // namespace bench
