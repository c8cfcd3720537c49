#include "gateway/serve/upgrade.h"

#include <thread>

#include "gateway/cli/builtin_rules.h"
#include "gateway/config/snapshot_builder.h"
#include "gateway/serve/notify.h"
#include "gateway/serve/say.h"
#include "waf/base/clock.h"

namespace gateway {
namespace {

constexpr std::chrono::seconds kLogTime{10};

}  // namespace

bool Upgrade::run() {
  gateway_.setUpgradeAlarm("");
  say("upgrade: starting " + command_line_.binary);
  const auto done = attempt();
  if (done) return true;
  // The time tells one attempt from another.
  const std::string alarm =
      "the upgrade of " + waf::formatRfc3339(clock_.wall()) +
      " failed, and the process from before serves on: " + done.error().message;
  say(alarm);
  gateway_.setUpgradeAlarm(alarm);
  return false;
}

waf::Result<void> Upgrade::attempt() {
  auto successor = Successor::start(command_line_);
  if (!successor) return waf::fail(successor.error());
  if (auto ok = (*successor)->waitPrepared(); !ok) return ok;
  administration_.close();
  waf::Result<void> done;
  bool log_given_up = false;
  if (log_ != nullptr) {
    done = log_->handOver(kLogTime);
    log_given_up = done.has_value();
  }
  if (done) done = (*successor)->giveSockets(gateway_.listeningSockets());
  if (done) done = (*successor)->waitServing();
  if (done) {
    // While this is the main process: systemd takes it from no other.
    notifyServiceManager("MAINPID=" + std::to_string((*successor)->pid()) + "\nREADY=1");
    say("upgrade: process " + std::to_string((*successor)->pid()) + " serves");
    return done;
  }
  successor->reset();  // before the directory is opened again
  if (log_given_up) takeBack();
  administration_.reopen(log_);
  return done;
}

void Upgrade::flushEvents() {
  if (followers_.empty()) return;
  // A follower is two looks behind.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  followers_.back()->flush(std::chrono::seconds(5));
}

void Upgrade::takeBack() {
  auto log = db::EventLog::open(data_dir_, clock_);
  if (!log) {
    gateway_.addAlarm("events wait in the spool until the gateway is started again: " +
                      log.error().message);
    return;
  }
  followers_.push_back(std::move(*log));
  log_ = followers_.back().get();
  gateway_.useEventLog(log_);
}

waf::Result<void> rehearse(const std::string& data_dir) {
  const auto last_good = db::loadLastGood(data_dir);
  if (!last_good) return {};  // nothing was ever in force
  SnapshotBuilder builder({data_dir, cli::findBuiltinRules(), 1});
  admin::PrepareFailure failure;
  if (builder.build(last_good->second, nullptr, &failure)) return {};
  std::string message = failure.error.message;
  if (!failure.diagnostics.empty()) message += " (" + failure.diagnostics.front().toString() + ")";
  return waf::fail(failure.error.code, "serve", std::move(message));
}

}  // namespace gateway
