#include <signal.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "db/store/directory_lock.h"
#include "gateway/cli/command.h"
#include "waf/base/text.h"

namespace gateway::cli {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kPoll{100};
constexpr std::string_view kAlarm = "the upgrade of ";  // as serve/upgrade.cc writes it

// The process that owns the data directory, or did; 0 when none ever did.
int ownerOf(const std::string& data_dir) {
  std::ifstream in(data_dir + "/lock");
  int pid = 0;
  return in >> pid && pid > 0 ? pid : 0;
}

// Only at the beginning: later it would stand in the new process's way.
bool isOwned(const std::string& data_dir) {
  const auto lock = db::DirectoryLock::take(data_dir + "/lock");
  return !lock && lock.error().code == waf::ErrorCode::Conflict;
}

struct State {
  bool ready = false;
  std::set<std::string> failures;
};

State ask(const std::string& data_dir) {
  State out;
  auto daemon = connectToDaemon(data_dir);
  if (!daemon) return out;
  const auto answer = (*daemon)->call({"GET", "/status"});
  if (!answer || !answer->ok()) return out;
  const json status = answer->json();
  out.ready = status.value("ready", false);
  for (const json& alarm : status.value("alarms", json::array())) {
    std::string text = alarm.get<std::string>();
    if (text.starts_with(kAlarm)) out.failures.insert(std::move(text));
  }
  return out;
}

}  // namespace

int upgrade(Call& call) {
  uint64_t seconds = 120;
  if (call.has("--timeout") &&
      (!waf::parseUint64(call.value("--timeout"), &seconds) || seconds > 86400)) {
    call.err << "portcullis upgrade: --timeout must be a number of seconds\n";
    return kUsage;
  }
  const std::string data_dir = call.dataDir();
  const int old_pid = ownerOf(data_dir);
  if (old_pid == 0 || !isOwned(data_dir))
    return call.fail("no gateway runs on " + data_dir + "; start it");
  const std::set<std::string> before = ask(data_dir).failures;
  if (::kill(old_pid, SIGUSR2) != 0) {
    return call.fail("process " + std::to_string(old_pid) +
                     " cannot be told: " + std::strerror(errno));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPoll);
    const int pid = ownerOf(data_dir);
    const State state = ask(data_dir);
    if (!state.ready) continue;
    if (pid != 0 && pid != old_pid) {
      if (call.json()) {
        call.out << json{{"old_pid", old_pid}, {"new_pid", pid}} << '\n';
      } else {
        call.out << "process " << pid << " serves; process " << old_pid
                 << " finishes its connections\n";
      }
      return kOk;
    }
    for (const std::string& failure : state.failures) {
      if (before.count(failure) == 0) return call.fail(failure);
    }
  }
  return call.fail("nothing happened for " + std::to_string(seconds) +
                   " s; the gateway's log says more");
}

}  // namespace gateway::cli
