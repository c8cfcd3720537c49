#include <chrono>
#include <filesystem>
#include <thread>

#include "admin-ui/server/http/request.h"
#include "gateway/cli/command.h"
#include "gateway/cli/files.h"
#include "gateway/cli/output.h"

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxUpload = 100u << 20;

std::string nameOf(const std::string& path) {
  std::string name = fs::path(path).lexically_normal().filename().string();
  if (name.empty()) name = fs::path(path).lexically_normal().parent_path().filename().string();
  for (const std::string_view suffix : {".tar.gz", ".tgz", ".tar", ".zip", ".conf"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
      break;
    }
  }
  return name;
}

// Follows the job to its end; nothing when the connection breaks (an error was printed).
std::optional<json> follow(Call& call, ApiClient& api, const std::string& job) {
  std::string stage;
  for (;;) {
    const auto answer = api.call({"GET", "/jobs/" + job});
    if (!answer || !answer->ok()) {
      answer ? call.fail(*answer) : call.fail(answer.error().message);
      return std::nullopt;
    }
    const json state = answer->json();
    if (state.value("state", "") != "running") return state;
    if (!call.json() && state.value("stage", "") != stage) {
      stage = state.value("stage", "");
      call.err << stage << "…\n";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

int listRulesets(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/rulesets"});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json body = answer->json();
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "RULES", "IN HYPERSCAN", "USED BY", "PATH"}};
  for (const json& set : body["items"]) {
    const std::string compiled = text(set, "rx_hyperscan").empty()
                                     ? ""
                                     : text(set, "rx_hyperscan") + " of " + text(set, "rx_total");
    rows.push_back(
        {text(set, "name"), text(set, "rules"), compiled, text(set, "used_by"), text(set, "path")});
  }
  printTable(rows, call.out);
  return kOk;
}

int importRules(Call& call) {
  const std::string& path = call.arguments[0];
  std::error_code code;
  const bool folder = fs::is_directory(path, code);
  auto bytes = folder ? packFolder(path, kMaxUpload) : readFile(path, kMaxUpload);
  if (!bytes) return call.fail(bytes.error().message);
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  ApiCall request{
      "POST", "/rulesets/import?name=" + admin::percentEncode(call.value("--name", nameOf(path)))};
  request.body = std::move(*bytes);
  request.filename = fs::path(path).filename().string() + (folder ? ".tar" : "");
  const auto answer = api->call(request);
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  const auto job = follow(call, *api, answer->json().value("job", ""));
  if (!job) return kFailed;
  if (job->value("state", "") != "done")
    return call.fail(ApiAnswer{400, json{{"error", job->value("error", json::object())}}.dump()});
  const json& result = (*job)["result"];
  if (call.json()) {
    call.out << result.dump() << '\n';
  } else {
    call.out << "rule set " << text(result, "name") << ": " << text(result, "rules") << " rules, "
             << text(result, "rx_hyperscan") << " of " << text(result, "rx_total")
             << " patterns in Hyperscan; " << result["added"].size() << " added, "
             << result["changed"].size() << " changed, " << result["removed"].size()
             << " removed\n";
  }
  return kOk;
}

int activateRules(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/sites"});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  const json body = answer->json();
  std::vector<std::string> wanted = call.values("--site");
  if (wanted.empty()) {
    for (const json& site : body["items"]) wanted.push_back(text(site, "name"));
  }
  if (wanted.empty()) return call.fail("there is no site yet; add one with `portcullis site add`");
  for (const std::string& name : wanted) {
    json sets = json::array();
    for (const json& site : body["items"]) {
      if (call.has("--add") && site["name"] == name) sets = site["waf"]["rulesets"];
    }
    if (std::find(sets.begin(), sets.end(), json(call.arguments[0])) == sets.end())
      sets.push_back(call.arguments[0]);
    const auto changed = api->call({"PATCH", "/sites/" + admin::percentEncode(name),
                                    json{{"waf", {{"rulesets", sets}}}}.dump()});
    if (!changed) return call.fail(changed.error().message);
    if (!changed->ok()) return call.fail(*changed);
    if (!call.json())
      call.out << "site " << name << " runs " << text(json{{"s", sets}}, "s") << '\n';
  }
  if (call.json()) call.out << json{{"sites", wanted}}.dump() << '\n';
  return kOk;
}

}  // namespace gateway::cli
