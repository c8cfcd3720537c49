// Micro-benchmarks of what a request goes through: the head's parser, transformations, a shared
// scan, a whole evaluation. Built where Google Benchmark is installed. See CONTRIBUTING.md,
// "Measuring"; compare two builds with its --benchmark_out and compare.py.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http1/request_parser.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"
#include "waf/operators/operator.h"
#include "waf/scan/scan_group.h"
#include "waf/transformations/transformation.h"

namespace {

constexpr std::string_view kHead =
    "GET /garden/list?kind=tools&page=3&sort=price_asc HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Cookie: sid=4be01c77d29f4a3c8e15; theme=dark; basket=3\r\n\r\n";

void BM_ParseHead(benchmark::State& state) {
  gateway::RequestParser parser{gateway::HeadLimits{}};
  for ([[maybe_unused]] auto _ : state) {
    gateway::InputBuffer input;
    gateway::RequestHead head;
    input.append(kHead);
    if (parser.parse(input, &head) != gateway::ParseStatus::Complete) {
      state.SkipWithError("the head was not taken");
      break;
    }
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kHead.size()));
}
BENCHMARK(BM_ParseHead);

// A value that the gate lets through, so that the work is done.
void BM_Transform(benchmark::State& state, const char* name, const std::string& piece) {
  const waf::Transformation* const transformation = waf::findTransformation(name);
  std::string value;
  while (value.size() < static_cast<size_t>(state.range(0))) value += piece;
  std::string out;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(transformation->apply(value, out));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(value.size()));
}
BENCHMARK_CAPTURE(BM_Transform, lowercase, "lowercase", "Some Text ")->Arg(64)->Arg(4096);
BENCHMARK_CAPTURE(BM_Transform, urlDecodeUni, "urlDecodeUni", "some%20text+")->Arg(64)->Arg(4096);
BENCHMARK_CAPTURE(BM_Transform, htmlEntityDecode, "htmlEntityDecode", "a&lt;b&#62;c ")
    ->Arg(64)
    ->Arg(4096);
BENCHMARK_CAPTURE(BM_Transform, normalizePath, "normalizePath", "/a/../b/./c")->Arg(64)->Arg(4096);
BENCHMARK_CAPTURE(BM_Transform, cmdLine, "cmdLine", "c^at  /ETC,passwd ")->Arg(64)->Arg(4096);

void BM_Scan(benchmark::State& state) {
  std::vector<waf::ScanGroupBuilder> builders(1);
  std::vector<std::unique_ptr<waf::Operator>> operators;
  for (int i = 0; i < state.range(0); ++i) {
    auto rx = waf::createOperator("rx", "(?i)evil" + std::to_string(i) + "(?:\\.php|/shell[0-9]+)",
                                  false, {});
    if (!rx) {
      state.SkipWithError("a pattern was not taken");
      return;
    }
    builders[0].add((*rx)->scanPatterns());
    operators.push_back(std::move(*rx));
  }
  const auto groups = waf::compileScanGroups(builders, {});
  const std::vector<std::string_view> values = {"tools", "price_asc", "spade ash handle",
                                                "Please put the parcel into the shed behind the "
                                                "house when nobody opens; the path leads there."};
  waf::BitSet hits;
  for ([[maybe_unused]] auto _ : state) {
    groups[0]->scan(values, hits);
    benchmark::DoNotOptimize(hits);
  }
}
BENCHMARK(BM_Scan)->Arg(10)->Arg(100)->Arg(1000);

// A set like the CRS in small: patterns over arguments, a score, a decision. With what is kept of
// contents, and without.
void BM_Evaluate(benchmark::State& state) {
  std::string text = "SecRuleEngine On\nSecAction \"id:1,phase:1,pass,nolog,setvar:tx.score=0\"\n";
  for (int i = 0; i < 200; ++i) {
    text += "SecRule ARGS|ARGS_NAMES|REQUEST_COOKIES \"@rx (?i)evil" + std::to_string(i) +
            "(?:\\.php|/shell[0-9]+)\" \"id:" + std::to_string(100 + i) +
            ",phase:2,pass,nolog,t:none,t:urlDecodeUni,setvar:tx.score=+5\"\n";
  }
  text += "SecRule TX:score \"@ge 5\" \"id:2,phase:2,deny\"\n";
  const auto loaded = waf::RuleSet::loadText(text);
  if (loaded.rule_set == nullptr) {
    state.SkipWithError("the rules do not load");
    return;
  }
  waf::Policy policy;
  policy.verdict_cache = state.range(0) != 0;
  for ([[maybe_unused]] auto _ : state) {
    waf::Transaction transaction(loaded.rule_set, policy);
    transaction.connection("127.0.0.1", 40000, "127.0.0.1", 8080);
    transaction.requestLine("GET", "/garden/list?kind=tools&page=3&sort=price_asc&q=spade+ash",
                            "HTTP/1.1");
    transaction.addRequestHeader("Host", "www.example.com");
    transaction.addRequestHeader("Cookie", "sid=4be01c77d29f4a3c8e15; theme=dark; basket=3");
    benchmark::DoNotOptimize(transaction.requestHeaders());
    benchmark::DoNotOptimize(transaction.requestBody());
    transaction.logging();
  }
}
BENCHMARK(BM_Evaluate)->ArgName("kept")->Arg(1)->Arg(0);

}  // namespace

BENCHMARK_MAIN();
