// CPU time of the engine alone: the four requests of `./dev bench` through all phases of a
// transaction, in this process. Also what a profiler is pointed at.
//
//   waf_replay RULESET [CACHE_DIR] [WORKLOAD] [SECONDS] [known|fresh|off] [PARANOIA_LEVEL]
//
// Each request in three ways: as it is, again and again; with contents that no request had before
// it ("fresh": the values of query, cookies and body; the names and the other headers stay); and as
// it is with the verdict cache off.
#include <ctime>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/engine/transaction.h"

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string name;
  std::string method;
  std::string target;
  Fields fields;
  std::string body;
};

constexpr std::string_view kSentence =
    "Please put the parcel into the shed behind the house when nobody opens; the path on the left "
    "leads there and the door is not locked until six. ";

const std::string kPage = "<!doctype html><html><head><title>Page</title></head><body>" +
                          std::string(900, 'x') + "</body></html>";

Fields browserFields() {
  return {
      {"Host", "www.example.com"},
      {"User-Agent",
       "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/126.0.0.0 Safari/537.36"},
      {"Accept",
       "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"},
      {"Accept-Language", "en-GB,en;q=0.8,de;q=0.5"},
      {"Accept-Encoding", "gzip, deflate, br"},
      {"Referer", "https://www.example.com/garden/tools?page=2"},
      {"Upgrade-Insecure-Requests", "1"},
      {"Sec-Fetch-Dest", "document"},
      {"Sec-Fetch-Mode", "navigate"},
      {"Sec-Fetch-Site", "same-origin"},
      {"Cookie", "sid=4be01c77d29f4a3c8e15; theme=dark; basket=3; lang=en-GB; seen=news.offers"}};
}

Request withBody(std::string name, std::string target, std::string type, std::string body) {
  Fields fields = browserFields();
  fields.emplace_back("Content-Type", std::move(type));
  fields.emplace_back("Content-Length", std::to_string(body.size()));
  return {std::move(name), "POST", std::move(target), std::move(fields), std::move(body)};
}

std::string form() {
  std::string body =
      "given_name=Ada&family_name=King&email=ada.king%40example.com&street=7+Elm+Road&town=Reading"
      "&postcode=RG1+2AB&country=GB&phone=01189460000&count=2&delivery=standard&news=yes&note=";
  while (body.size() < 1024) {
    for (const char c : kSentence) body.push_back(c == ' ' ? '+' : c);
  }
  body.resize(1024);
  return body;
}

std::string order() {
  std::string body =
      R"({"order":70114,"customer":{"name":"Ada King","email":"ada.king@example.com"},"items":[)";
  for (int i = 0; body.size() < 10'000; ++i) {
    if (i != 0) body += ',';
    body += R"({"sku":"GT-)" + std::to_string(2000 + i * 13) + R"(","name":"Garden tool model )" +
            std::to_string(i) + R"(","size":)" + std::to_string(30 + i) +
            R"(,"colour":"green","price":19.5,"quantity":1,"gift":false,"comment":")" +
            std::string(kSentence) + "\"}";
  }
  return body + "]}";
}

std::vector<Request> requests() {
  return {{"get",
           "GET",
           "/",
           {{"Host", "www.example.com"}, {"User-Agent", "wrk"}, {"Accept", "*/*"}},
           ""},
          {"browser", "GET",
           "/garden/list?kind=tools&page=3&sort=price_asc&size=42&q=spade+ash+handle&ref=news-2024",
           browserFields(), ""},
          withBody("form1k", "/checkout/address", "application/x-www-form-urlencoded", form()),
          withBody("json10k", "/api/orders", "application/json", order())};
}

// True when nothing was refused.
bool inspect(const std::shared_ptr<const waf::RuleSet>& rules, const waf::Policy& policy,
             const Request& request) {
  waf::Transaction transaction(rules, policy);
  transaction.connection("127.0.0.1", 40000, "127.0.0.1", 8080);
  transaction.requestLine(request.method, request.target, "HTTP/1.1");
  for (const auto& [name, value] : request.fields) transaction.addRequestHeader(name, value);
  bool clean = !transaction.requestHeaders();
  if (!request.body.empty()) clean = clean && !transaction.appendRequestBody(request.body);
  clean = clean && !transaction.requestBody();
  transaction.addResponseHeader("Content-Type", "text/html");
  transaction.addResponseHeader("Content-Length", "1024");
  clean = clean && !transaction.responseHeaders(200, "HTTP/1.1");
  if (transaction.wantsResponseBody()) {
    transaction.appendResponseBody(kPage);
    clean = clean && !transaction.responseBody();
  }
  transaction.logging();
  return clean && !transaction.auditRelevant();
}

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Every value of query, cookies and body gets a number that was not there before.
void renew(std::string_view pattern, std::string_view mark, uint64_t* number, std::string* out) {
  out->clear();
  for (size_t at = 0; at < pattern.size();) {
    const size_t found = std::min(pattern.find(mark, at), pattern.size());
    out->append(pattern.substr(at, found - at));
    if (found == pattern.size()) break;
    out->append(mark).append(std::to_string(++*number));
    at = found + mark.size();
  }
}

Request fresh(const Request& request, uint64_t* number) {
  Request out = request;
  const bool json = request.name == "json10k";
  renew(request.target, "=", number, &out.target);
  renew(request.body, json ? "\":\"" : "=", number, &out.body);
  for (size_t i = 0; i < request.fields.size(); ++i) {
    if (request.fields[i].first == "Cookie") {
      renew(request.fields[i].second, "=", number, &out.fields[i].second);
    }
  }
  return out;
}

// The best of some rounds, for the machine does other things, too.
double microseconds(const std::shared_ptr<const waf::RuleSet>& rules, const waf::Policy& policy,
                    const Request& request, bool is_fresh, double limit) {
  constexpr int kRound = 200;
  static uint64_t number = 1'000'000;
  double best = 1e9;
  const double end = seconds(CLOCK_MONOTONIC) + limit;
  while (seconds(CLOCK_MONOTONIC) < end) {
    std::vector<Request> round;
    for (int i = 0; is_fresh && i < kRound; ++i) round.push_back(fresh(request, &number));
    const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < kRound; ++i) inspect(rules, policy, is_fresh ? round[i] : request);
    best = std::min(best, (seconds(CLOCK_THREAD_CPUTIME_ID) - start) / kRound * 1e6);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs(
        "usage: waf_replay RULESET [CACHE_DIR] [WORKLOAD] [SECONDS] [known|fresh|off] "
        "[PARANOIA_LEVEL]\n",
        stderr);
    return 2;
  }
  waf::RuleSetOptions options;
  options.paths = {argv[1]};
  options.paranoia_level = argc > 6 ? std::atoi(argv[6]) : 1;
  options.inbound_threshold = 100000;  // at higher levels the rules find something in any request
  if (argc > 2) options.cache_dir = argv[2];
  const std::string only = argc > 3 ? argv[3] : "all";
  const double limit = argc > 4 ? std::atof(argv[4]) : 1.5;
  const std::string_view only_way = argc > 5 ? argv[5] : "all";
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    std::fprintf(stderr, "%s\n", diagnostic.toString().c_str());
  }
  if (loaded.rule_set == nullptr) return 1;
  const waf::RuleSetStatistics& statistics = loaded.rule_set->statistics();
  std::printf("load     %8lld ms, %zu of %zu @rx in Hyperscan, %zu databases, %zu KB\n",
              static_cast<long long>(statistics.load_time.count()), statistics.rx_hyperscan,
              statistics.rx_total, statistics.databases, statistics.database_bytes / 1024);
  waf::Policy policy;
  policy.mode = waf::EngineMode::On;
  waf::Policy no_cache = policy;
  no_cache.verdict_cache = false;
  for (const Request& request : requests()) {
    if (only != "all" && only != request.name) continue;
    const bool clean = inspect(loaded.rule_set, policy, request);
    std::printf("%-8s", request.name.c_str());
    for (const std::string_view way : {"known", "fresh", "off"}) {
      if (only_way != "all" && only_way != way) continue;
      std::printf(" %s %8.1f us", way.data(),
                  microseconds(loaded.rule_set, way == "off" ? no_cache : policy, request,
                               way == "fresh", limit));
    }
    std::puts(clean ? "" : "  not clean");
  }
  return 0;
}
