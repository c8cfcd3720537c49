// What large requests and large rule sets cost the engine, in this process, and whether that is
// within its bounds. Ends with 1 when something is not.
//
//   waf_bounds CRS [CACHE_DIR] [MORE_RULES]
//
// MORE_RULES, a .conf with tens of thousands of rules (generate_rules.py), is put beside the CRS.
// Times are of the processor, the best of some rounds.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"
#include "waf/regex/regex_budget.h"

namespace {

struct Request {
  std::string method = "POST";
  std::string target = "/";
  std::string type;
  std::string body;
  bool is_known = false;  // contents that came before; else what nobody sent yet
};

struct Outcome {
  double milliseconds = 0;
  int status = 200;
  std::string why;
};

bool within_all = true;

void say(const std::string& what, double milliseconds, double bar, const std::string& more) {
  const bool within = milliseconds <= bar;
  within_all = within_all && within;
  std::printf("%-52s %9.3f ms  (bar %8.2f)  %s%s\n", what.c_str(), milliseconds, bar,
              within ? "" : "OVER  ", more.c_str());
  std::fflush(stdout);
}

std::shared_ptr<const waf::RuleSet> load(const std::vector<std::string>& paths,
                                         const std::string& cache) {
  waf::RuleSetOptions options;
  options.paths = paths;
  options.paranoia_level = 1;
  options.cache_dir = cache;
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    std::fprintf(stderr, "%s\n", diagnostic.toString().c_str());
  }
  if (loaded.rule_set == nullptr) std::exit(1);
  std::printf("%-52s %9lld ms  %zu rules, %zu KB of databases\n", ("load " + paths.back()).c_str(),
              static_cast<long long>(loaded.rule_set->statistics().load_time.count()),
              loaded.rule_set->statistics().rules,
              loaded.rule_set->statistics().database_bytes / 1024);
  return loaded.rule_set;
}

Outcome inspectOnce(const std::shared_ptr<const waf::RuleSet>& rules, const Request& request) {
  waf::Policy policy;
  policy.verdict_cache = request.is_known;
  const auto start = waf::threadCpuTime();
  Outcome out;
  {
    waf::Transaction transaction(rules, policy);
    transaction.connection("127.0.0.1", 40000, "127.0.0.1", 8080);
    transaction.requestLine(request.method, request.target, "HTTP/1.1");
    transaction.addRequestHeader("Host", "www.example.com");
    transaction.addRequestHeader("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0");
    transaction.addRequestHeader("Accept", "*/*");
    if (!request.type.empty()) {
      transaction.addRequestHeader("Content-Type", request.type);
      transaction.addRequestHeader("Content-Length", std::to_string(request.body.size()));
    }
    auto stop = transaction.requestHeaders();
    if (!stop) stop = transaction.appendRequestBody(request.body);
    if (!stop) stop = transaction.requestBody();
    if (stop) out = {0, stop->status, "rule " + std::to_string(stop->rule_id)};
    if (const auto& failure = transaction.inspectionFailure(); !stop && failure) {
      out = {0, failure->status, failure->message};
    }
    transaction.logging();
  }
  out.milliseconds = static_cast<double>((waf::threadCpuTime() - start).count()) / 1e6;
  return out;
}

Outcome inspect(const std::shared_ptr<const waf::RuleSet>& rules, const Request& request,
                int rounds = 5) {
  Outcome best = inspectOnce(rules, request);
  for (int i = 1; i < rounds; ++i) {
    const Outcome next = inspectOnce(rules, request);
    if (next.milliseconds < best.milliseconds) best = next;
  }
  return best;
}

std::string told(const Outcome& outcome) {
  return "status " + std::to_string(outcome.status) +
         (outcome.why.empty() ? "" : " (" + outcome.why + ")");
}

std::string json(size_t bytes) {
  std::string out = "[";
  for (int i = 0; out.size() < bytes; ++i) {
    if (i != 0) out += ',';
    out += "{\"sku\":\"GT-" + std::to_string(i) + "\",\"name\":\"Garden tool model " +
           std::to_string(i) +
           "\",\"colour\":\"green\",\"price\":19.5,\"quantity\":" + std::to_string(i % 7) +
           ",\"comment\":\"Please put it into the shed behind the house.\"}";
  }
  return out + "]";
}

std::string form(size_t bytes) {
  std::string out;
  for (int i = 0; out.size() < bytes; ++i) {
    out +=
        "field" + std::to_string(i) + "=some+text+that+a+person+wrote+" + std::to_string(i) + "&";
  }
  out.resize(bytes);
  return out;
}

// Photographs: bytes of every kind.
std::string upload(size_t bytes) {
  std::string out =
      "--b0und\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA garden\r\n--b0und\r\n"
      "Content-Disposition: form-data; name=\"file\"; filename=\"garden.jpg\"\r\n"
      "Content-Type: image/jpeg\r\n\r\n";
  uint32_t state = 1;
  while (out.size() < bytes) {
    state = state * 1664525 + 1013904223;
    out.push_back(static_cast<char>(state >> 24));
  }
  return out + "\r\n--b0und--\r\n";
}

// A rule file beside the set, read last: what it says of the limits holds.
class Extra {
 public:
  explicit Extra(const std::string& text)
      : path_((std::filesystem::temp_directory_path() /
               ("waf-bounds-" + std::to_string(::getpid()) + ".conf"))
                  .string()) {
    std::ofstream(path_) << text;
  }
  ~Extra() { std::filesystem::remove(path_); }
  Extra(const Extra&) = delete;
  Extra& operator=(const Extra&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Twice the bytes may take little more than twice the time.
void sweep(const std::shared_ptr<const waf::RuleSet>& rules, const std::string& name,
           const std::string& type, const std::function<std::string(size_t)>& body) {
  constexpr double kMostGrowth = 1.5;  // of the time per byte, from a megabyte on
  double first = 0;
  for (const size_t megabytes : {1, 2, 4, 8, 10}) {
    const size_t bytes = megabytes * 1'000'000;
    const Request request{"POST", "/upload", type, body(bytes)};
    const Outcome outcome = inspect(rules, request, 2);
    const double each = outcome.milliseconds * 1e6 / static_cast<double>(bytes);
    if (first == 0) first = each;
    char more[64];
    std::snprintf(more, sizeof more, "%.2f ns a byte, ", each);
    say(name + ", " + std::to_string(megabytes) + " MB", outcome.milliseconds,
        kMostGrowth * first * static_cast<double>(bytes) / 1e6, more + told(outcome));
  }
}

double browser(const std::shared_ptr<const waf::RuleSet>& rules, bool is_known) {
  const Request request{
      "GET",
      "/garden/list?kind=tools&page=3&sort=price_asc&size=42&q=spade+ash+handle&ref=news-2024", "",
      "", is_known};
  return inspect(rules, request, 2000).milliseconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: waf_bounds CRS [CACHE_DIR] [MORE_RULES]\n", stderr);
    return 2;
  }
  const std::string crs = argv[1];
  const std::string cache = argc > 2 ? argv[2] : "";
  const auto plain = load({crs}, cache);

  const Request large{"POST", "/api/orders", "application/json", json(800'000)};
  const Outcome refused = inspect(plain, large);
  say("800 kB of JSON at the default limits", refused.milliseconds, 10, told(refused));
  if (refused.status == 200) within_all = false;
  for (const auto& [name, type, body] :
       {std::tuple{"10 MB form at the default limits", "application/x-www-form-urlencoded",
                   form(10'000'000)},
        std::tuple{"10 MB upload at the default limits", "multipart/form-data; boundary=b0und",
                   upload(10'000'000)}}) {
    const Outcome outcome = inspect(plain, {"POST", "/", type, body}, 3);
    say(name, outcome.milliseconds, 2000, told(outcome));
  }
  {
    const Extra roomy("SecRequestBodyLimit 20000000\nSecRequestBodyNoFilesLimit 20000000\n");
    const Outcome counted = inspect(load({crs, roomy.path()}, cache), large);
    say("800 kB of JSON that its arguments refuse", counted.milliseconds, 10, told(counted));
    if (counted.status == 200) within_all = false;
  }
  // 200007 of the base rules refuses what has a thousand arguments.
  const Extra wide(
      "SecArgumentsLimit 1000000\nSecRequestBodyLimit 20000000\n"
      "SecRequestBodyNoFilesLimit 20000000\nSecRuleRemoveById 200007\n");
  const auto widened = load({crs, wide.path()}, cache);
  const Outcome whole = inspect(widened, large);
  say("800 kB of JSON with room for its arguments", whole.milliseconds, 150, told(whole));
  sweep(widened, "form", "application/x-www-form-urlencoded", form);
  sweep(widened, "upload", "multipart/form-data; boundary=b0und", upload);

  if (argc > 3) {
    const auto more = load({crs, argv[3]}, cache);
    for (const bool is_known : {false, true}) {
      const std::string what = is_known ? "known browser GET, " : "browser GET, ";
      const double alone = browser(plain, is_known);
      say(what + "the CRS alone", alone, 10, "");
      const double both = browser(more, is_known);
      char times[32];
      std::snprintf(times, sizeof times, "%.2f times", both / alone);
      say(what + "with " + std::to_string(more->statistics().rules) + " rules", both, 2 * alone,
          times);
    }
  }
  return within_all ? 0 : 1;
}
