#include <algorithm>
#include <chrono>
#include <fstream>
#include <span>

#include "admin-ui/server/http/request.h"
#include "gateway/cli/command.h"
#include "gateway/cli/output.h"
#include "waf/base/clock.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

// "24h" is a time ago; anything else goes to the API as it is.
std::string timeOf(const std::string& value) {
  uint64_t count = 0;
  if (value.size() < 2 ||
      !waf::parseUint64(std::string_view(value).substr(0, value.size() - 1), &count) ||
      count > 100000) {
    return value;
  }
  std::chrono::seconds unit{};
  switch (value.back()) {
    case 's':
      unit = std::chrono::seconds(1);
      break;
    case 'm':
      unit = std::chrono::minutes(1);
      break;
    case 'h':
      unit = std::chrono::hours(1);
      break;
    case 'd':
      unit = std::chrono::days(1);
      break;
    default:
      return value;
  }
  return waf::formatRfc3339(waf::Clock::system().wall() - unit * static_cast<int64_t>(count));
}

void addParameter(std::string_view name, const std::string& value, std::string* query) {
  *query += query->empty() ? '?' : '&';
  *query += name;
  *query += '=';
  *query += admin::percentEncode(value);
}

// "site=shop" is an older way to write site:shop.
std::string asTerms(const std::string& part, std::span<const std::string_view> names) {
  const size_t equals = part.find('=');
  const std::string_view name = std::string_view(part).substr(0, equals);
  if (equals == std::string::npos || std::find(names.begin(), names.end(), name) == names.end()) {
    return part;
  }
  return std::string(name) + ":" + part.substr(equals + 1);
}

std::string filterQuery(const Call& call) {
  static constexpr std::string_view kNames[] = {"since",  "until",  "site", "decision",
                                                "reason", "client", "rule", "path"};
  std::string query;
  for (const std::string_view name : kNames) {
    const std::string option = "--" + std::string(name);
    if (!call.has(option)) continue;
    const bool time = name == "since" || name == "until";
    addParameter(name, time ? timeOf(call.value(option)) : call.value(option), &query);
  }
  std::string filter;
  for (const std::string& part : call.arguments) filter += (filter.empty() ? "" : " ") + part;
  for (const std::string& part : call.values("--filter")) {
    filter += (filter.empty() ? "" : " ") + asTerms(part, kNames);
  }
  if (!filter.empty()) addParameter("filter", filter, &query);
  return query;
}

const std::vector<std::string> kColumns = {"TIME",   "ID",      "DECISION", "SITE",
                                           "CLIENT", "REQUEST", "RULE",     "MATCHED"};

std::vector<std::string> columnsOf(const json& event) {
  const std::string rule =
      event.value("rule_id", int64_t{0}) != 0 ? text(event, "rule_id") : text(event, "reason");
  return {text(event, "time").substr(0, 19),
          text(event, "id"),
          text(event, "decision"),
          text(event, "site"),
          text(event, "client"),
          text(event, "method") + " " + text(event, "uri").substr(0, 60),
          rule,
          text(event, "matched").substr(0, 40)};
}

void printEvent(const json& event, std::ostream& out) {
  const json request = event.value("request", json::object());
  const json client = event.value("client", json::object());
  out << text(event, "id") << "  " << text(event, "time") << "  " << text(event, "decision") << ' '
      << text(event, "reason") << '\n'
      << "  " << forTerminal(text(request, "method")) << ' ' << forTerminal(text(request, "uri"))
      << ' ' << text(request, "protocol") << "  from " << text(client, "ip") << ':'
      << text(client, "port") << "  site " << forTerminal(text(event, "site")) << '\n'
      << "  answered " << text(event.value("response", json::object()), "status") << '\n';
  if (!text(event, "detail").empty()) out << "  " << forTerminal(text(event, "detail")) << '\n';
  for (const json& rule : event.value("rules", json::array())) {
    const std::string value = text(rule, "value");
    const json match = rule.value("match", json::object());
    const size_t offset = std::min(match.value("offset", size_t{0}), value.size());
    out << "  rule " << text(rule, "id") << "  " << text(rule, "severity") << "  "
        << forTerminal(text(rule, "msg")) << '\n'
        << "    " << forTerminal(text(rule, "variable")) << " = " << forTerminal(value) << '\n'
        << "    matched: " << forTerminal(value.substr(offset, match.value("length", size_t{0})))
        << '\n';
  }
}

}  // namespace

int listEvents(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  std::string query = filterQuery(call);
  addParameter("limit", call.value("--limit", "20"), &query);
  const auto answer = api->call({"GET", "/events" + query});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json body = answer->json();
  std::vector<std::vector<std::string>> rows = {kColumns};
  for (const json& event : body["items"]) rows.push_back(columnsOf(event));
  printTable(rows, call.out);
  if (const std::string notice = text(body, "notice"); !notice.empty()) call.out << notice << '\n';
  return kOk;
}

int showEvent(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/events/" + admin::percentEncode(call.arguments[0])});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
  } else {
    printEvent(answer->json(), call.out);
  }
  return kOk;
}

int exportEvents(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  std::string query = filterQuery(call);
  addParameter("format", call.value("--format", "jsonl"), &query);
  std::ofstream file;
  ApiCall request{"GET", "/events/export" + query};
  request.output = &call.out;
  if (call.has("--output")) {
    file.open(call.value("--output"), std::ios::binary);
    if (!file) return call.fail(call.value("--output") + ": cannot be written");
    request.output = &file;
  }
  const auto answer = api->call(request);
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  request.output->flush();
  return request.output->good() ? kOk : call.fail("the export could not be written whole");
}

int countEvents(Call& call) {
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto answer = api->call({"GET", "/events/counts" + filterQuery(call)});
  if (!answer) return call.fail(answer.error().message);
  if (!answer->ok()) return call.fail(*answer);
  if (call.json()) {
    call.out << answer->body << '\n';
    return kOk;
  }
  const json body = answer->json();
  call.out << text(body, "total") << " events";
  if (body.value("partial", false)) call.out << " since " << text(body, "counted_back_to");
  call.out << '\n';
  for (const auto& [field, values] : body["facets"].items()) {
    std::vector<std::vector<std::string>> rows;
    for (const json& value : values) {
      const bool named = text(value, "label") != text(value, "key");
      rows.push_back({"  " + text(value, "count"), forTerminal(text(value, "key")),
                      named ? forTerminal(text(value, "label")) : ""});
    }
    if (rows.empty()) continue;
    call.out << field << '\n';
    printTable(rows, call.out);
  }
  return kOk;
}

int tailEvents(Call& call) {
  uint64_t seconds = UINT64_MAX / 2;
  if (call.has("--for") && !waf::parseUint64(call.value("--for"), &seconds)) {
    call.err << "portcullis events tail: --for must be a number of seconds\n";
    return kUsage;
  }
  ApiClient* api = call.api();
  if (api == nullptr) return kFailed;
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [start] {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start)
            .count());
  };
  std::string cursor;
  do {
    std::string query = filterQuery(call);
    addParameter("cursor", cursor, &query);
    addParameter("wait_seconds", std::to_string(std::clamp<uint64_t>(seconds - passed(), 1, 20)),
                 &query);
    const auto answer = api->call({"GET", "/events/tail" + query});
    if (!answer) return call.fail(answer.error().message);
    if (!answer->ok()) return call.fail(*answer);
    const json body = answer->json();
    cursor = text(body, "cursor");
    for (const json& event : body["items"]) {
      if (call.json()) {
        call.out << event.dump() << '\n';
      } else {
        const char* between = "";
        for (const std::string& column : columnsOf(event)) {
          call.out << between << forTerminal(column);
          between = "  ";
        }
        call.out << '\n';
      }
    }
    call.out.flush();
  } while (passed() < seconds && call.out.good());
  return kOk;
}

}  // namespace gateway::cli
