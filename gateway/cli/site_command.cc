#include "admin-ui/server/http/request.h"
#include "gateway/cli/command.h"
#include "gateway/cli/output.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

std::string target(const std::string& name) { return "/sites/" + admin::percentEncode(name); }

// One call whose answer is printed as JSON or as one sentence.
int change(Call& call, const ApiCall& request, const std::string& sentence) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call(request);
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  call.out << (call.json() ? answer->body : sentence) << '\n';
  return kOk;
}

// Every listener's name, for a site that names none.
json allListeners(ApiClient& api) {
  json out = json::array();
  const auto answer = api.call({"GET", "/listeners"});
  if (!answer || !answer->ok()) return out;
  const json body = answer->json();
  for (const json& listener : body["items"]) out.push_back(listener["name"]);
  return out;
}

// "waf.mode=On" → {"waf":{"mode":"On"}}; a value that is JSON is taken as such.
bool mergeField(const std::string& assignment, json* patch) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  json* at = patch;
  std::string_view path(assignment.data(), equals);
  while (!path.empty()) {
    const std::string part(path.substr(0, path.find('.')));
    if (part.empty()) return false;
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    at = &(*at)[part];
  }
  const std::string value = assignment.substr(equals + 1);
  json parsed = json::parse(value, nullptr, false);
  *at = parsed.is_discarded() ? json(value) : std::move(parsed);
  return true;
}

}  // namespace

int listSites(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/sites"});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json body = answer->json();
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "HOSTS", "MODE", "UPSTREAM", "REQUESTS 24H", "BLOCKED 24H"}};
  for (const json& site : body["items"]) {
    const json& status = site["status"];
    rows.push_back({text(site, "name"), text(site, "hosts"), text(status, "effective_mode"),
                    text(site, "upstream"), text(status, "requests_24h"),
                    text(status, "blocked_24h")});
  }
  printTable(rows, call.out);
  return kOk;
}

int showSite(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", target(call.arguments[0])});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  call.out << (call.json() ? answer->body : answer->json().dump(2)) << '\n';
  return kOk;
}

int addSite(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const std::string& name = call.arguments[0];
  json site = {{"name", name},
               {"hosts", call.values("--host")},
               {"certificates", call.values("--certificate")}};
  site["listeners"] = call.has("--listener") ? json(call.values("--listener")) : allListeners(*api);
  site["upstream"] = call.value("--upstream", name);
  site["waf"] = {{"mode", call.value("--mode", "DetectionOnly")},
                 {"rulesets", call.values("--ruleset")}};
  if (call.has("--endpoint")) {
    json upstream = {{"name", site["upstream"]}, {"endpoints", json::array()}};
    for (const std::string& address : call.values("--endpoint"))
      upstream["endpoints"].push_back({{"address", address}});
    const auto made = api->call({"POST", "/upstreams", upstream.dump()});
    if (!made) return call.fail(made.error().message);
    if (!made->ok()) return call.fail(*made);
  }
  const int code = change(call, {"POST", "/sites", site.dump()}, "site " + name + " is added");
  if (code != kOk && call.has("--endpoint")) {
    // The upstream was made for this site only.
    const auto taken_back = api->call(
        {"DELETE", "/upstreams/" + admin::percentEncode(site["upstream"].get<std::string>())});
    if (!taken_back || !taken_back->ok())
      call.fail("the upstream that was made for it is still there");
  }
  return code;
}

int setSite(Call& call) {
  json patch = json::object();
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    if (!mergeField(call.arguments[i], &patch)) {
      call.err << "portcullis site set: " << call.arguments[i]
               << ": write FIELD=VALUE, such as waf.mode=On\n";
      return kUsage;
    }
  }
  return change(call, {"PATCH", target(call.arguments[0]), patch.dump()},
                "site " + call.arguments[0] + " is changed");
}

int removeSite(Call& call) {
  return change(call, {"DELETE", target(call.arguments[0])},
                "site " + call.arguments[0] + " is removed");
}

}  // namespace gateway::cli
