// The evaluator as it serves (Hyperscan, scan groups, kept verdicts) against the reference
// evaluation, PCRE2 rule by rule. The first byte chooses the mode and the rules; the rest is a
// request: the target, header lines, a blank line, the body. Both must agree on every match with
// its bytes, the scores and the decision; and so must the second evaluation, which meets the kept
// verdicts of the first.
//
// Each set is evaluator.conf with a file of our own rules, so that an input costs what it asks and
// not what all rules cost; one of the choices is all of them together. PORTCULLIS_FUZZ_RULES names
// another rule set.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/counting_sink.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"

namespace {

std::shared_ptr<const waf::RuleSet> load(const std::vector<std::string>& paths,
                                         bool use_hyperscan) {
  waf::RuleSetOptions options;
  options.paths = paths;
  options.use_hyperscan = use_hyperscan;
  options.paranoia_level = 4;
  // Compiling takes a minute under the sanitizers, and is the same for a replay, which takes
  // seconds.
  if (use_hyperscan) options.cache_dir = SOURCE_DIR "/build/evaluator-databases";
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == waf::Diagnostic::Severity::Error) {
      std::fprintf(stderr, "%s\n", diagnostic.toString().c_str());
    }
  }
  require(loaded.rule_set != nullptr);
  return loaded.rule_set;
}

struct RulePair {
  std::shared_ptr<const waf::RuleSet> serving;
  std::shared_ptr<const waf::RuleSet> reference;
};
std::vector<RulePair> sets;

void addSet(const std::vector<std::string>& paths) {
  sets.push_back({load(paths, true), load(paths, false)});
}

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
  for (const waf::MatchedRule& rule : transaction.takeMatchedRules()) {
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
  std::filesystem::create_directories(SOURCE_DIR "/build/evaluator-databases");
  const std::string features = SOURCE_DIR "/tests/fuzz/evaluator.conf";
  const char* chosen = std::getenv("PORTCULLIS_FUZZ_RULES");
  const std::string folder = chosen != nullptr ? chosen : SOURCE_DIR "/rules";
  addSet({features, folder});
  if (chosen != nullptr) return 0;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  // The first sets the scores up, "…-evaluate-…" sum them.
  for (const std::string& file : files) {
    if (file == files.front() || file.find("-evaluate-") != std::string::npos) continue;
    addSet({features, files.front(), file, folder + "/90-evaluate-request.conf",
            folder + "/99-evaluate-response.conf"});
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const waf::EngineMode mode =
      data[0] % 2 == 0 ? waf::EngineMode::DetectionOnly : waf::EngineMode::On;
  const std::string_view text = waf::viewOf(data + 1, size - 1);
  const RulePair& rules = sets[data[0] / 2 % sets.size()];
  const Outcome expected = evaluate(rules.reference, text, mode);
  // Which pattern meets its limit is a matter of which are asked at all.
  if (expected.limits_exceeded) return 0;
  for (int round = 0; round < 2; ++round) {
    const Outcome outcome = evaluate(rules.serving, text, mode);
    if (outcome.log == expected.log) continue;
    std::fprintf(stderr, "reference:\n%s\nround %d:\n%s\n", expected.log.c_str(), round,
                 outcome.log.c_str());
    require(false);
  }
  return 0;
}
