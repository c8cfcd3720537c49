#include "admin-ui/server/inspect/inspect.h"

#include <algorithm>

#include "waf/base/text.h"

namespace admin {
namespace {

using nlohmann::json;

constexpr size_t kMaxSteps = 5000;
constexpr size_t kMaxText = 4096;

std::string shown(std::string_view bytes) {
  std::string out = waf::toPrintableUtf8(bytes.substr(0, kMaxText));
  if (bytes.size() > kMaxText) out += "…";
  return out;
}

json pairs(const std::vector<std::pair<std::string, std::string>>& list) {
  json out = json::array();
  for (const auto& [name, value] : list) out.push_back({name, shown(value)});
  return out;
}

json describe(const std::vector<waf::TraceChange>& changes) {
  json out = json::array();
  for (const waf::TraceChange& change : changes) {
    out.push_back(
        {{"name", shown(change.name)}, {"value", shown(change.value)}, {"change", change.change}});
  }
  return out;
}

// Text and the place of the match in it, as they are shown.
json matchOf(const waf::TraceStep& step) {
  const std::string& text = step.transformed.empty() ? step.value : step.transformed.back().second;
  const size_t offset = std::min(step.match_offset, text.size());
  return {{"offset", step.match_offset},
          {"length", step.match_length},
          {"text", shown(std::string_view(text).substr(offset, step.match_length))}};
}

class TraceList final : public waf::TraceSink {
 public:
  void step(const waf::TraceStep& step) override {
    if (steps_.size() >= kMaxSteps) {
      cut_ = true;
      return;
    }
    json out = {{"rule_id", step.rule_id},
                {"phase", step.phase},
                {"link", step.link},
                {"complete", step.complete},
                {"condition", shown(step.condition)},
                {"variable", shown(step.variable)},
                {"value", shown(step.value)},
                {"transformed", pairs(step.transformed)},
                {"match", matchOf(step)},
                {"changes", describe(step.changes)},
                {"message", shown(step.message)},
                {"file", step.file},
                {"line", step.line}};
    steps_.push_back(std::move(out));
  }
  json take() { return std::move(steps_); }
  bool cut() const { return cut_; }

 private:
  json steps_ = json::array();
  bool cut_ = false;
};

json describe(const waf::MatchedRule& rule) {
  return {{"id", rule.id},
          {"phase", rule.phase},
          {"msg", shown(rule.message)},
          {"data", shown(rule.data)},
          {"severity", rule.severity},
          {"tags", rule.tags},
          {"variable", shown(rule.variable)},
          {"value", shown(rule.value)},
          {"transformations", rule.transformations},
          {"match", {{"offset", rule.match_offset}, {"length", rule.match_length}}},
          {"file", rule.file},
          {"line", rule.line}};
}

// What the gateway does with a request until it would be forwarded.
std::optional<waf::Interruption> run(waf::Transaction& transaction, const RawRequest& request,
                                     const InspectedClient& client) {
  transaction.setUniqueId("inspect");
  transaction.connection(client.ip, client.port, "127.0.0.1", 80);
  transaction.requestLine(request.method, request.uri, request.protocol);
  for (const auto& [name, value] : request.headers) transaction.addRequestHeader(name, value);
  if (auto interruption = transaction.requestHeaders()) return interruption;
  if (transaction.wantsRequestBody() && !request.body.empty()) {
    if (auto interruption = transaction.appendRequestBody(request.body)) return interruption;
  }
  return transaction.requestBody();
}

// And with the answer of the upstream.
std::optional<waf::Interruption> run(waf::Transaction& transaction, const RawResponse& response) {
  for (const auto& [name, value] : response.headers) transaction.addResponseHeader(name, value);
  if (auto interruption = transaction.responseHeaders(response.status, response.protocol)) {
    return interruption;
  }
  if (!transaction.wantsResponseBody()) return std::nullopt;
  transaction.appendResponseBody(response.body);
  return transaction.responseBody();
}

}  // namespace

json inspectRequest(std::shared_ptr<const waf::RuleSet> rule_set, const waf::Policy& policy,
                    const RawRequest& request, const InspectedClient& client,
                    const RawResponse* response) {
  TraceList trace;
  waf::Transaction transaction(std::move(rule_set), policy, waf::Clock::system(), &trace);
  auto interruption = run(transaction, request, client);
  if (!interruption && response != nullptr) interruption = run(transaction, *response);
  const int answered = response == nullptr ? 200 : response->status;
  transaction.logging();
  json rules = json::array();
  for (const waf::MatchedRule& rule : transaction.takeMatchedRules())
    rules.push_back(describe(rule));
  return {{"decision", waf::name(transaction.decision())},
          {"status", interruption ? interruption->status : answered},
          {"decided_by", interruption ? interruption->rule_id : 0},
          {"reason", interruption ? shown(interruption->message) : ""},
          {"inbound_score", transaction.inboundScore()},
          {"outbound_score", transaction.outboundScore()},
          {"rules", std::move(rules)},
          {"trace", trace.take()},
          {"trace_cut", trace.cut()}};
}

void measureRequest(waf::RuleCosts* costs, const waf::Policy& policy, const RawRequest& request) {
  waf::Transaction transaction(costs->ruleSet(), policy);
  transaction.measure(costs);
  run(transaction, request, InspectedClient{});
  transaction.logging();
}

}  // namespace admin
