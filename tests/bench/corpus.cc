// Recorded requests through all phases of a transaction, in this process, once each.
//
//   waf_corpus RULESET CACHE_DIR FOLDER [on|off] [PARANOIA] [THREADS]
//
// FOLDER holds raw HTTP/1 requests, one a file. "on|off" is the verdict cache (on). THREADS each
// replay the whole folder. Prints CPU time a request: mean, median, p99, the slowest and its file.
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "waf/engine/transaction.h"
#include "waf/engine/verdict_table.h"

namespace {

struct Recorded {
  std::string name;
  std::string method;
  std::string target;
  std::string protocol = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

std::string_view takeLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Recorded parse(std::string name, std::string_view text) {
  Recorded out;
  out.name = std::move(name);
  const std::string_view first = takeLine(&text);
  const size_t method_end = std::min(first.find(' '), first.size());
  const size_t target_end = first.rfind(' ');
  out.method = first.substr(0, method_end);
  if (target_end != std::string_view::npos && target_end > method_end) {
    out.target = first.substr(method_end + 1, target_end - method_end - 1);
    out.protocol = first.substr(target_end + 1);
  }
  while (!text.empty()) {
    const std::string_view line = takeLine(&text);
    if (line.empty()) break;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    out.fields.emplace_back(line.substr(0, colon), value);
  }
  out.body = text;
  return out;
}

std::vector<Recorded> read(const std::string& folder) {
  std::vector<Recorded> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    out.push_back(parse(entry.path().filename().string(), text));
  }
  std::sort(out.begin(), out.end(),
            [](const Recorded& a, const Recorded& b) { return a.name < b.name; });
  return out;
}

bool inspect(const std::shared_ptr<const waf::RuleSet>& rules, const waf::Policy& policy,
             const Recorded& request) {
  waf::Transaction transaction(rules, policy);
  transaction.connection("127.0.0.1", 40000, "127.0.0.1", 8080);
  transaction.requestLine(request.method, request.target, request.protocol);
  for (const auto& [name, value] : request.fields) transaction.addRequestHeader(name, value);
  bool refused = transaction.requestHeaders().has_value();
  if (!refused && !request.body.empty()) {
    refused = transaction.appendRequestBody(request.body).has_value();
  }
  if (!refused) refused = transaction.requestBody().has_value();
  transaction.logging();
  return refused;
}

double threadMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Timed {
  double microseconds;
  size_t index;
};

struct Pass {
  std::vector<Timed> times;
  size_t refused = 0;
};

void replay(const std::shared_ptr<const waf::RuleSet>& rules, const waf::Policy& policy,
            const std::vector<Recorded>& requests, Pass* out) {
  out->times.reserve(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    const double start = threadMicroseconds();
    if (inspect(rules, policy, requests[i])) ++out->refused;
    out->times.push_back({threadMicroseconds() - start, i});
  }
}

void print(const std::vector<Recorded>& requests, Pass& pass) {
  double sum = 0;
  for (const Timed& timed : pass.times) sum += timed.microseconds;
  std::sort(pass.times.begin(), pass.times.end(),
            [](const Timed& a, const Timed& b) { return a.microseconds < b.microseconds; });
  const size_t count = pass.times.size();
  const Timed& slowest = pass.times.back();
  std::printf(
      "%zu requests, %zu refused: mean %.1f us, median %.1f, p99 %.1f, slowest %.1f (%s, %zu bytes "
      "of body)\n",
      count, pass.refused, sum / static_cast<double>(count), pass.times[count / 2].microseconds,
      pass.times[count * 99 / 100].microseconds, slowest.microseconds,
      requests[slowest.index].name.c_str(), requests[slowest.index].body.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: waf_corpus RULESET CACHE_DIR FOLDER [on|off] [PARANOIA] [THREADS]\n",
               stderr);
    return 2;
  }
  waf::RuleSetOptions options;
  options.paths = {argv[1]};
  options.cache_dir = argv[2];
  options.paranoia_level = argc > 5 ? std::atoi(argv[5]) : 1;
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    std::fprintf(stderr, "%s\n", diagnostic.toString().c_str());
  }
  if (loaded.rule_set == nullptr) return 1;
  waf::Policy policy;
  policy.mode = waf::EngineMode::On;
  policy.verdict_cache = argc <= 4 || std::string_view(argv[4]) != "off";
  const auto threads = static_cast<size_t>(argc > 6 ? std::max(1, std::atoi(argv[6])) : 1);
  const std::vector<Recorded> requests = read(argv[3]);
  if (requests.empty()) {
    std::fprintf(stderr, "waf_corpus: %s holds no requests\n", argv[3]);
    return 1;
  }
  timespec from{};
  timespec to{};
  std::vector<Pass> passes(threads);
  clock_gettime(CLOCK_MONOTONIC, &from);
  {
    std::vector<std::jthread> running;
    for (Pass& pass : passes) {
      running.emplace_back([&] { replay(loaded.rule_set, policy, requests, &pass); });
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  for (Pass& pass : passes) print(requests, pass);
  const double wall = static_cast<double>(to.tv_sec - from.tv_sec) +
                      static_cast<double>(to.tv_nsec - from.tv_nsec) / 1e9;
  const waf::VerdictTable::Lookups lookups = waf::VerdictTable::lookups();
  std::printf("%zu threads: %.0f requests/s", threads,
              static_cast<double>(threads * requests.size()) / wall);
  if (lookups.asked > 0) {
    std::printf(", %.1f %% of contents known",
                100.0 * static_cast<double>(lookups.found) / static_cast<double>(lookups.asked));
  }
  std::puts("");
  return 0;
}
