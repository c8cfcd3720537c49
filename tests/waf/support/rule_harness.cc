#include "tests/waf/support/rule_harness.h"

#include <cstdio>
#include <filesystem>

#include "waf/engine/transaction.h"

namespace waf {

std::shared_ptr<const RuleSet> loadOwnRules(const std::string& source_dir) {
  RuleSetOptions options;
  options.paths = {source_dir + "/rules"};
  // Every test is a process of its own; the databases are compiled by the first.
  options.cache_dir = (std::filesystem::temp_directory_path() / "portcullis-test-rules").string();
  RuleSet::Loaded loaded = RuleSet::load(options);
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    std::printf("%s\n", diagnostic.toString().c_str());
  }
  return loaded.rule_set;
}

RuleOutcome run(const std::shared_ptr<const RuleSet>& rules, const RuleRequest& request,
                bool detection_only) {
  RuleOutcome outcome;
  Policy policy;
  policy.mode = detection_only ? EngineMode::DetectionOnly : EngineMode::On;
  Transaction transaction(rules, policy);
  const auto note = [&outcome](const std::optional<Interruption>& interruption) {
    if (interruption && outcome.status == 200) outcome.status = interruption->status;
    return interruption.has_value();
  };
  transaction.setUniqueId("test");
  transaction.connection("192.0.2.1", 40000, "192.0.2.2", 80);
  transaction.requestLine(request.method, request.uri, request.protocol);
  for (const auto& [name, value] : request.headers) transaction.addRequestHeader(name, value);
  bool stopped = note(transaction.requestHeaders());
  if (!stopped && transaction.wantsRequestBody() && !request.body.empty()) {
    stopped = note(transaction.appendRequestBody(request.body));
  }
  if (!stopped) stopped = note(transaction.requestBody());
  if (!stopped && !request.response_body.empty()) {
    transaction.addResponseHeader("Content-Type", "text/html");
    stopped = note(transaction.responseHeaders(200, "HTTP/1.1"));
    if (!stopped && transaction.wantsResponseBody())
      transaction.appendResponseBody(request.response_body);
    if (!stopped) note(transaction.responseBody());
  }
  transaction.logging();
  for (const MatchedRule& rule : transaction.takeMatchedRules()) outcome.matched.insert(rule.id);
  return outcome;
}

}  // namespace waf
