// Forms and cookies. Invariants: nothing comes out that did not go in, each pair is one argument,
// and what was read reads the same after it was encoded anew.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/fuzz/counting_sink.h"

namespace {

constexpr uint32_t kArguments = 100;

struct PairSink final : waf::CountingSink {
  PairSink() : CountingSink(kArguments) {}
  bool addArgument(std::string_view name, std::string_view value) override {
    pairs.emplace_back(name, value);
    return CountingSink::addArgument(name, value);
  }
  std::vector<std::pair<std::string, std::string>> pairs;
};

void appendEncoded(std::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789aBcDeF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    *out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = waf::viewOf(data, size);
  waf::BodyLimits limits;
  limits.arguments = kArguments;
  PairSink sink;
  const waf::BodyOutcome outcome = waf::parseUrlEncoded(body, limits, sink);
  const auto separators = static_cast<size_t>(std::count(body.begin(), body.end(), '&'));
  require(sink.arguments <= separators + 1);
  require(sink.argument_bytes <= body.size());
  require(outcome.error == (sink.arguments > kArguments || sink.pairs.size() > kArguments ||
                            outcome.message.find("limit") != std::string::npos));
  if (!outcome.error) {
    std::string anew;
    for (const auto& [name, value] : sink.pairs) {
      if (!anew.empty()) anew += '&';
      appendEncoded(name, &anew);
      anew += '=';
      appendEncoded(value, &anew);
    }
    PairSink again;
    require(!waf::parseUrlEncoded(anew, limits, again).error);
    require(again.pairs == sink.pairs && again.flags == 0);
  }
  PairSink cookies;
  waf::parseCookies(body, cookies);
  require(cookies.argument_bytes <= body.size());
  return 0;
}
