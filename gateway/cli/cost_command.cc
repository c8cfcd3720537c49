#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "admin-ui/server/http/request.h"
#include "admin-ui/server/inspect/inspect.h"
#include "admin-ui/server/rulesets/describe_costs.h"
#include "gateway/cli/command.h"
#include "gateway/cli/files.h"
#include "gateway/cli/output.h"
#include "gateway/cli/rule_files.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxRequest = 16u << 20;

std::string fixed(double value, int digits) {
  char out[64];
  std::snprintf(out, sizeof out, "%.*f", digits, value);
  return out;
}

int print(Call& call, json costs, size_t top) {
  json& items = costs["items"];
  const size_t all = items.size();
  if (all > top) items.erase(items.begin() + static_cast<ptrdiff_t>(top), items.end());
  if (call.json()) {
    call.out << costs.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
    return kOk;
  }
  const auto samples = costs.value("samples", uint64_t{0});
  if (samples == 0) {
    call.out << (costs.value("one_of", 1) == 0
                     ? "nothing is measured: settings.rule_cost_one_of is 0\n"
                     : "no request was measured yet\n");
    return kOk;
  }
  call.out << samples << " requests measured, " << fixed(costs.value("us_per_request", 0.0), 1)
           << " µs each in rules\n";
  std::vector<std::vector<std::string>> rows = {
      {"RULE", "µs A REQUEST", "SHARE", "EVALUATED", "HITS", "MESSAGE"}};
  for (const json& rule : items) {
    rows.push_back({text(rule, "id"), fixed(rule.value("us_per_request", 0.0), 2),
                    fixed(rule.value("share", 0.0) * 100, 1) + " %", text(rule, "evaluations"),
                    text(rule, "hits"), text(rule, "message")});
  }
  printTable(rows, call.out);
  if (all > top) call.out << "… and " << all - top << " more (--top N)\n";
  return kOk;
}

// The files of a folder, by name: each is a raw HTTP request.
waf::Result<std::vector<std::string>> requestFiles(const std::string& folder) {
  std::error_code code;
  std::vector<std::string> out;
  for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code)) {
    if (at->is_regular_file(code)) out.push_back(at->path().string());
  }
  if (code) return waf::fail(waf::ErrorCode::NotFound, "cli", folder + ": " + code.message());
  if (out.empty()) {
    return waf::fail(waf::ErrorCode::NotFound, "cli", folder + ": there is no request in it");
  }
  std::sort(out.begin(), out.end());
  return out;
}

// With rules and requests from files: no daemon, no data directory. Each request once, as the
// gateway would run it: what repeats is known the second time.
int costsOfFiles(Call& call, size_t top) {
  const auto requests = requestFiles(call.value("--requests"));
  if (!requests) return call.fail(requests.error().message);
  const auto files = RuleFiles::open(call.values("--ruleset"));
  if (!files) return call.fail(files.error().message);
  const auto options = readRuleOptions(call, *files);
  if (!options) return kUsage;
  const waf::RuleSet::Loaded loaded = waf::RuleSet::load(*options);
  for (const waf::Diagnostic& diagnostic : loaded.diagnostics)
    call.err << diagnostic.toString() << '\n';
  if (loaded.rule_set == nullptr) return call.fail("the rule set does not load");
  waf::RuleCosts costs(loaded.rule_set, waf::Clock::system().wall());
  for (const std::string& path : *requests) {
    const auto raw = readFile(path, kMaxRequest);
    if (!raw) return call.fail(raw.error().message);
    const auto request = admin::RawRequest::parse(*raw);
    if (!request) return call.fail(path + ": " + request.error().message);
    admin::measureRequest(&costs, waf::Policy{}, *request);
  }
  return print(call, admin::describeCosts(costs.report()), top);
}

}  // namespace

int showRuleCosts(Call& call) {
  uint64_t top = call.json() ? UINT64_MAX : 20;
  if (call.has("--top") && (!waf::parseUint64(call.value("--top"), &top) || top == 0)) {
    call.err << "portcullis rules cost: --top must be a number\n";
    return kUsage;
  }
  if (call.has("--requests") != call.has("--ruleset")) {
    call.err << "portcullis rules cost: --requests and --ruleset go together\n";
    return kUsage;
  }
  if (call.has("--requests")) return costsOfFiles(call, top);
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const std::string site = call.has("--site") ? call.value("--site") : onlySite(*api);
  if (site.empty()) {
    call.err << "portcullis rules cost: say which site's rules: --site NAME\n";
    return kUsage;
  }
  const auto answer = api->call({"GET", "/rules/cost?site=" + admin::percentEncode(site)});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  return print(call, answer->json(), top);
}

}  // namespace gateway::cli
