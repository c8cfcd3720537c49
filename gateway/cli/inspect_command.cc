#include "admin-ui/server/inspect/inspect.h"

#include "admin-ui/server/http/request.h"
#include "gateway/block_lists/dns_block_lists.h"
#include "gateway/cli/files.h"
#include "gateway/cli/output.h"
#include "gateway/cli/rule_files.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

constexpr size_t kMaxRequest = 4u << 20;

// "192.0.2.7:1234", "192.0.2.7", "[::1]:1234".
bool parseClient(const std::string& value, admin::InspectedClient* out) {
  if (value.empty()) return true;
  waf::IpAddress address;
  std::string_view ip = value;
  if (!waf::IpAddress::parse(ip, &address)) {
    const size_t colon = ip.rfind(':');
    uint64_t port = 0;
    if (colon == std::string_view::npos || !waf::parseUint64(ip.substr(colon + 1), &port) ||
        port > 65535)
      return false;
    out->port = static_cast<uint16_t>(port);
    ip = waf::trim(ip.substr(0, colon), "[]");
    if (!waf::IpAddress::parse(ip, &address)) return false;
  }
  out->ip = address.toString();
  return true;
}

void printRule(const json& rule, std::ostream& out) {
  out << "  " << text(rule, "id") << "  phase " << text(rule, "phase") << "  "
      << text(rule, "severity") << "  " << forTerminal(text(rule, "msg")) << '\n'
      << "      " << forTerminal(text(rule, "variable")) << " = "
      << forTerminal(text(rule, "value")) << '\n';
  const std::string value = text(rule, "value");
  const size_t offset = rule["match"].value("offset", size_t{0});
  const size_t length = rule["match"].value("length", size_t{0});
  if (length > 0 && offset <= value.size())
    out << "      matched: " << forTerminal(value.substr(offset, length)) << '\n';
  if (!text(rule, "file").empty())
    out << "      " << text(rule, "file") << ':' << text(rule, "line") << '\n';
}

// One line of a value: a long one is cut, the JSON has it whole.
std::string brief(const std::string& value) {
  constexpr size_t kShown = 200;
  const std::string line = forTerminal(value);
  return line.size() <= kShown ? line : line.substr(0, kShown) + "…";
}

// The value after each transformation, those that left it as it was named only.
void printForms(const json& step, const std::string& indent, std::ostream& out) {
  std::string before = text(step, "value");
  for (const json& form : step["transformed"]) {
    const std::string after = form[1].get<std::string>();
    out << indent << "t:" << form[0].get<std::string>()
        << (after == before ? " (no change)" : " → " + brief(after)) << '\n';
    before = after;
  }
  const std::string matched = text(step["match"], "text");
  if (!matched.empty() && matched != before) out << indent << "matched: " << brief(matched) << '\n';
}

//   942100  phase 2  ARGS:id = 1%27 OR 1=1
//           @detectSQLi
//           t:urlDecodeUni → 1' OR 1=1
//           matched: …
//           tx.sql_injection_score := 5 (+5)
void printStep(const json& step, std::ostream& out) {
  const std::string indent(10, ' ');
  const std::string variable = text(step, "variable");
  out << "  " << text(step, "rule_id") << "  phase " << text(step, "phase") << "  "
      << (step.value("link", 0) > 0 ? "chained  " : "")
      << (variable.empty() ? "SecAction" : brief(variable) + " = " + brief(text(step, "value")))
      << (step.value("complete", true) ? "" : "  (the chain was not completed)") << '\n';
  if (!variable.empty()) {
    out << indent << brief(text(step, "condition")) << '\n';
    printForms(step, indent, out);
  }
  for (const json& change : step["changes"]) {
    out << indent << forTerminal(text(change, "name")) << " := " << brief(text(change, "value"));
    const std::string by = text(change, "change");
    out << (by.empty() ? "" : " (" + by + ")") << '\n';
  }
}

int print(Call& call, const json& result) {
  if (call.json()) {
    call.out << result.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
    return kOk;
  }
  call.out << "decision: " << text(result, "decision") << ", status " << text(result, "status")
           << ", inbound score " << text(result, "inbound_score") << ", outbound score "
           << text(result, "outbound_score") << '\n';
  if (result.value("decided_by", int64_t{0}) != 0) {
    call.out << "decided by " << text(result, "decided_by") << ": "
             << forTerminal(text(result, "reason")) << '\n';
  }
  call.out << "\nrules that matched and log:\n";
  for (const json& rule : result["rules"]) printRule(rule, call.out);
  call.out << "\ntrace:\n";
  for (const json& step : result["trace"]) {
    const bool says_something = step.value("complete", true) || !step["changes"].empty();
    if (says_something || call.has("--all")) printStep(step, call.out);
  }
  if (result.value("trace_cut", false)) call.out << "  … (cut)\n";
  return kOk;
}

// With rules from files: no daemon, no data directory.
int inspectWithFiles(Call& call, const std::string& raw) {
  const auto request = admin::RawRequest::parse(raw);
  if (!request) return call.fail(request.error().message);
  admin::InspectedClient client;
  if (!parseClient(call.value("--client"), &client)) return call.fail("--client must be IP:PORT");
  waf::Policy policy;
  const std::string mode = call.value("--mode", "On");
  if (mode != "On" && mode != "DetectionOnly")
    return call.fail("--mode must be On or DetectionOnly");
  policy.mode = mode == "On" ? waf::EngineMode::On : waf::EngineMode::DetectionOnly;
  std::optional<admin::RawResponse> response;
  if (call.has("--response")) {
    auto text = readFile(call.value("--response"), kMaxRequest);
    if (!text) return call.fail(text.error().message);
    auto parsed = admin::RawResponse::parse(*text);
    if (!parsed) return call.fail(call.value("--response") + ": " + parsed.error().message);
    response = std::move(*parsed);
  }
  const auto files = RuleFiles::open(call.values("--ruleset"));
  if (!files) return call.fail(files.error().message);
  auto options = readRuleOptions(call, *files);
  if (!options) return kUsage;
  WaitingBlockLists block_lists;  // @rbl: nobody else waits
  waf::BlockListResolver::use(&block_lists);
  options->use_hyperscan = false;  // the same verdicts, without compiling databases for one request
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(*options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics)
    call.err << diagnostic.toString() << '\n';
  if (loaded.rule_set == nullptr) return call.fail("the rule set does not load");
  return print(call, admin::inspectRequest(loaded.rule_set, policy, *request, client,
                                           response ? &*response : nullptr));
}

}  // namespace

int inspect(Call& call) {
  const auto raw =
      readFileOr(call.in, call.arguments.empty() ? "-" : call.arguments[0], kMaxRequest);
  if (!raw) return call.fail(raw.error().message);
  if (call.has("--ruleset")) return inspectWithFiles(call, *raw);
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const std::string site = call.has("--site") ? call.value("--site") : onlySite(*api);
  if (site.empty()) {
    call.err << "portcullis inspect: say whose rules to use: --site NAME, or --ruleset PATH\n";
    return kUsage;
  }
  std::string target = "/inspect?site=" + admin::percentEncode(site);
  if (call.has("--client")) target += "&client=" + admin::percentEncode(call.value("--client"));
  std::string body = *raw;
  if (call.has("--response")) {
    const auto response = readFile(call.value("--response"), kMaxRequest);
    if (!response) return call.fail(response.error().message);
    target += "&request_bytes=" + std::to_string(body.size());
    body += *response;
  }
  const auto answer = api->call({"POST", target, std::move(body)});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  return print(call, answer->json());
}

}  // namespace gateway::cli
