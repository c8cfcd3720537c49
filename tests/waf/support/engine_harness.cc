#include "tests/waf/support/engine_harness.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace waf {

bool TestOutcome::matched(int64_t id) const {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const MatchedRule& rule) { return rule.id == id; });
}

namespace {

std::optional<Interruption> runRequestPhases(Transaction& transaction, const TestRequest& request) {
  transaction.setUniqueId("test-id");
  transaction.connection(request.client_ip, 4711, "192.0.2.200", 80);
  transaction.requestLine(request.method, request.uri, request.protocol);
  for (const auto& [name, value] : request.headers) transaction.addRequestHeader(name, value);
  if (auto stop = transaction.requestHeaders()) return stop;
  if (transaction.wantsRequestBody()) {
    if (auto stop = transaction.appendRequestBody(request.body)) return stop;
  }
  return transaction.requestBody();
}

std::optional<Interruption> runResponsePhases(Transaction& transaction,
                                              const TestRequest& request) {
  for (const auto& [name, value] : request.response_headers) {
    transaction.addResponseHeader(name, value);
  }
  if (auto stop = transaction.responseHeaders(request.response_status, "HTTP/1.1")) return stop;
  if (!transaction.wantsResponseBody()) return std::nullopt;
  transaction.appendResponseBody(request.response_body);
  return transaction.responseBody();
}

}  // namespace

TestOutcome runRequest(const std::shared_ptr<const RuleSet>& rules, const TestRequest& request,
                       const Policy& policy, TraceSink* trace, const Clock& clock) {
  Transaction transaction(rules, policy, clock, trace);
  auto stop = runRequestPhases(transaction, request);
  if (!stop) stop = runResponsePhases(transaction, request);
  transaction.logging();
  TestOutcome outcome;
  outcome.status = stop ? stop->status : request.response_status;
  if (stop) outcome.redirect = stop->redirect;
  if (stop) outcome.rule_id = stop->rule_id;
  outcome.interrupted = stop.has_value();
  outcome.decision = transaction.decision();
  outcome.relevant = transaction.auditRelevant();
  outcome.rules = transaction.takeMatchedRules();
  outcome.inbound = transaction.inboundScore();
  outcome.outbound = transaction.outboundScore();
  return outcome;
}

std::shared_ptr<const RuleSet> loadRules(const std::string& text) {
  auto loaded = RuleSet::loadText(text);
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::Error) {
      ADD_FAILURE() << diagnostic.toString();
    }
  }
  return loaded.rule_set;
}

}  // namespace waf
