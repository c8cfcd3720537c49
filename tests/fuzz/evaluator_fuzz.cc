// The evaluator as it serves (Hyperscan, scan groups, kept verdicts) against the reference
// evaluation, PCRE2 rule by rule. The input is a request: the target, header lines, a blank line,
// the body. Both must agree on every match with its bytes, the scores and the decision; and so must
// the second evaluation, which meets the kept verdicts of the first. PORTCULLIS_FUZZ_RULES names
// another rule set than our own.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/fuzz/counting_sink.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"

namespace {

std::shared_ptr<const waf::RuleSet> load(bool use_hyperscan) {
  const char* path = std::getenv("PORTCULLIS_FUZZ_RULES");
  waf::RuleSetOptions options;
  options.paths = {SOURCE_DIR "/tests/fuzz/evaluator.conf",
                   path == nullptr ? SOURCE_DIR "/rules" : path};
  options.use_hyperscan = use_hyperscan;
  options.paranoia_level = 4;
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == waf::Diagnostic::Severity::Error) {
      std::fprintf(stderr, "%s\n", diagnostic.toString().c_str());
    }
  }
  require(loaded.rule_set != nullptr);
  return loaded.rule_set;
}

std::shared_ptr<const waf::RuleSet> rules;
std::shared_ptr<const waf::RuleSet> reference;

std::string_view takeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return line;
}

struct Outcome {
  std::string log;
  bool limits_exceeded = false;
};

void note(const char* what, const std::optional<waf::Interruption>& interruption,
          std::string* log) {
  if (!interruption) return;
  *log += what + std::to_string(interruption->status) + " by " +
          std::to_string(interruption->rule_id) + "\n";
}

Outcome evaluate(const std::shared_ptr<const waf::RuleSet>& rule_set, std::string_view text,
                 waf::EngineMode mode) {
  waf::Policy policy;
  policy.mode = mode;
  waf::Transaction transaction(rule_set, policy);
  Outcome outcome;
  transaction.connection("192.0.2.1", 1234, "192.0.2.2", 80);
  const std::string_view uri = takeLine(&text);
  transaction.requestLine(text.empty() ? "GET" : "POST", uri, "HTTP/1.1");
  for (std::string_view line = takeLine(&text); !line.empty(); line = takeLine(&text)) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    transaction.addRequestHeader(line.substr(0, colon), line.substr(colon + 1));
  }
  note("phase 1: ", transaction.requestHeaders(), &outcome.log);
  note("body: ", transaction.appendRequestBody(text), &outcome.log);
  note("phase 2: ", transaction.requestBody(), &outcome.log);
  transaction.addResponseHeader("Content-Type", "text/html");
  note("phase 3: ", transaction.responseHeaders(200, "HTTP/1.1"), &outcome.log);
  transaction.appendResponseBody(text);
  note("phase 4: ", transaction.responseBody(), &outcome.log);
  transaction.logging();
  for (const waf::MatchedRule& rule : transaction.matchedRules()) {
    outcome.log += std::to_string(rule.id) + " " + rule.variable + " " + rule.message + " " +
                   rule.data + " " + rule.value + " " + std::to_string(rule.match_offset) + "+" +
                   std::to_string(rule.match_length) + "\n";
  }
  outcome.log += std::to_string(transaction.inboundScore()) + " " +
                 std::to_string(transaction.outboundScore()) + " " +
                 std::string(name(transaction.decision()));
  outcome.limits_exceeded = transaction.limitsExceeded();
  return outcome;
}

}  // namespace

// Compiling takes seconds, which no input shall be charged with; a replay calls this, too.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  rules = load(true);
  reference = load(false);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const waf::EngineMode mode =
      data[0] % 2 == 0 ? waf::EngineMode::DetectionOnly : waf::EngineMode::On;
  const std::string_view text = waf::viewOf(data + 1, size - 1);
  const Outcome expected = evaluate(reference, text, mode);
  // Which pattern meets its limit is a matter of which are asked at all.
  if (expected.limits_exceeded) return 0;
  for (int round = 0; round < 2; ++round) {
    const Outcome outcome = evaluate(rules, text, mode);
    if (outcome.log == expected.log) continue;
    std::fprintf(stderr, "reference:\n%s\nround %d:\n%s\n", expected.log.c_str(), round,
                 outcome.log.c_str());
    require(false);
  }
  return 0;
}
