#include <chrono>
#include <thread>

#include "gateway/cli/command.h"
#include "gateway/cli/output.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

// What the daemon says, or nothing while there is none; `*problem` then says why.
std::optional<ApiAnswer> ask(Call& call, const std::string& target, std::string* problem) {
  if (call.client != nullptr) {
    auto answer = call.client->call({"GET", target});
    if (answer) return std::move(*answer);
    *problem = answer.error().message;
    return std::nullopt;
  }
  auto daemon = connectToDaemon(call.dataDir());
  if (!daemon) {
    *problem = daemon.error().message;
    return std::nullopt;
  }
  auto answer = (*daemon)->call({"GET", target});
  if (answer) return std::move(*answer);
  *problem = answer.error().message;
  return std::nullopt;
}

bool isReady(const std::optional<ApiAnswer>& answer) {
  return answer && answer->ok() && answer->json().value("ready", false);
}

void print(const json& status, std::ostream& out) {
  out << "portcullis " << text(status, "version") << ", up for " << text(status, "uptime_s")
      << " s, " << (status.value("ready", false) ? "ready" : "not ready yet")
      << ", configuration version " << text(status, "config_version")
      << (status.value("on_last_good", false) ? " (last good copy)" : "") << '\n';
  out << text(status, "connections") << " connections, " << text(status, "requests")
      << " requests, " << text(status, "events_written") << " events written, "
      << text(status, "events_lost") << " lost\n";
  for (const json& listener : status.value("listeners", json::array())) {
    out << "listener " << forTerminal(listener.get<std::string>()) << '\n';
  }
  for (const json& site : status.value("sites", json::array())) {
    out << "site " << text(site, "site") << ": " << text(site, "effective_mode");
    if (!text(site, "detail").empty()) out << " (" << forTerminal(text(site, "detail")) << ')';
    out << '\n';
  }
  for (const json& endpoint : status.value("endpoints", json::array())) {
    out << "endpoint " << text(endpoint, "address") << " of " << text(endpoint, "upstream") << ": "
        << text(endpoint, "state");
    if (!text(endpoint, "detail").empty())
      out << " (" << forTerminal(text(endpoint, "detail")) << ')';
    out << '\n';
  }
  for (const json& alarm : status.value("alarms", json::array())) {
    out << "ALARM: " << forTerminal(alarm.get<std::string>()) << '\n';
  }
}

}  // namespace

int showStatus(Call& call) {
  uint64_t seconds = 60;
  if (call.has("--timeout") &&
      (!waf::parseUint64(call.value("--timeout"), &seconds) || seconds > 86400)) {
    call.err << "portcullis status: --timeout must be a number of seconds\n";
    return kUsage;
  }
  std::string problem;
  std::optional<ApiAnswer> answer = ask(call, "/status", &problem);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (call.has("--wait") && !isReady(answer) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    answer = ask(call, "/status", &problem);
  }
  if (!answer) return call.fail(problem);
  if (!answer->ok()) return call.fail(*answer);
  if (call.has("--metrics")) {
    const std::optional<ApiAnswer> metrics = ask(call, "/metrics", &problem);
    if (!metrics) return call.fail(problem);
    if (!metrics->ok()) return call.fail(*metrics);
    call.out << metrics->body;
    return kOk;
  }
  if (call.json()) {
    call.out << answer->body << '\n';
  } else {
    print(answer->json(), call.out);
  }
  return isReady(answer) ? kOk : kFailed;
}

}  // namespace gateway::cli
