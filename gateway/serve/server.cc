// The daemon's life: (the process before it →) data directory → store and event log → gateway →
// admin server → signals → drain, or a process that takes over.
#include "gateway/serve/server.h"
#include "gateway/block_lists/dns_block_lists.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/cli/builtin_rules.h"
#include "gateway/cli/version.h"
#include "gateway/control/gateway.h"
#include "gateway/serve/administration.h"
#include "gateway/serve/notify.h"
#include "gateway/serve/predecessor.h"
#include "gateway/serve/say.h"
#include "gateway/serve/start_config.h"
#include "gateway/serve/upgrade.h"

namespace gateway {
namespace {

// Set for the conformance suites, so that what is quick can be held against what is simple: no
// Hyperscan, no shared scans, nothing kept from request to request.
constexpr const char* kReference = "PORTCULLIS_REFERENCE_EVALUATION";

// Blocked in every thread that comes later; taken by sigwait in the main one.
sigset_t blockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

class PidFile {
 public:
  explicit PidFile(std::string path) : path_(std::move(path)) {
    if (path_.empty()) return;
    std::ofstream out(path_, std::ios::trunc);
    out << ::getpid() << '\n';
    if (!out.flush()) say("cannot write the pid file " + path_);
  }
  ~PidFile() {
    if (path_.empty()) return;
    // After an upgrade it is the new process's.
    std::ifstream in(path_);
    int pid = 0;
    if (in >> pid && pid == ::getpid()) ::unlink(path_.c_str());
  }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

 private:
  const std::string path_;
};

size_t loopCount(const db::Config& config) {
  if (config.settings.workers != 0) return std::min(config.settings.workers, 256u);
  return std::max(1u, std::thread::hardware_concurrency());
}

// Puts the configuration of the start in force; what does not build falls back to the last good
// one.
int putInForce(Gateway& gateway, const StartConfig& start, const std::string& data_dir) {
  admin::PrepareFailure failure;
  if (auto prepared = gateway.prepare(start.config, &failure)) {
    gateway.publish(std::move(prepared), start.version);
    if (!start.on_last_good && start.version.number > 0) {
      const auto saved = db::saveLastGood(data_dir, start.version, start.config);
      if (!saved)
        gateway.addAlarm("the last good configuration could not be saved: " +
                         saved.error().message);
    }
    return kExitClean;
  }
  say("configuration version " + std::to_string(start.version.number) + ": " +
      failure.error.message);
  for (const waf::Diagnostic& diagnostic : failure.diagnostics) say(diagnostic.toString());
  if (failure.error.code == waf::ErrorCode::Conflict) return kExitPortInUse;
  auto last_good = start.on_last_good ? waf::Result<std::pair<db::ConfigVersion, db::Config>>(
                                            waf::fail(waf::ErrorCode::NotFound, "serve", "tried"))
                                      : db::loadLastGood(data_dir);
  if (!last_good) return kExitFailed;
  admin::PrepareFailure again;
  auto prepared = gateway.prepare(last_good->second, &again);
  if (!prepared) return again.error.code == waf::ErrorCode::Conflict ? kExitPortInUse : kExitFailed;
  gateway.publish(std::move(prepared), last_good->first);
  const std::string alarm = "configuration version " + std::to_string(start.version.number) +
                            " cannot be put in force (" + failure.error.message +
                            "); serving the last good version " +
                            std::to_string(last_good->first.number);
  say(alarm);
  gateway.addAlarm(alarm);
  return kExitClean;
}

// Until the process is to end; true when another one serves now.
bool waitForTheEnd(const sigset_t& signals, Upgrade& upgrade) {
  for (;;) {
    int number = 0;
    if (sigwait(&signals, &number) != 0 || number == SIGTERM || number == SIGINT) return false;
    if (number == SIGUSR2 && upgrade.run()) return true;
    // SIGHUP: log files are followed by name, so there is nothing to reopen.
  }
}

// Another process serves: what is open here may end by itself, within the time that the settings
// give, or until a signal.
void retire(Gateway& gateway, const sigset_t& signals) {
  const std::chrono::milliseconds limit(gateway.settings().upgrade_drain_timeout_ms);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  gateway.retire();
  while (gateway.connections() != 0 && std::chrono::steady_clock::now() < deadline) {
    const timespec span{0, 50'000'000};
    const int number = sigtimedwait(&signals, nullptr, &span);
    if (number == SIGTERM || number == SIGINT) break;
  }
  // Of what is left, that which is idle or a tunnel ends now.
  const std::chrono::milliseconds last(gateway.settings().drain_timeout_ms);
  if (!gateway.drain(last)) say("some requests were not finished in time and were cut");
}

int serveToTheEnd(const ServeOptions& options, Predecessor* predecessor) {
  const CommandLine command_line = CommandLine::ofThisProcess();
  const sigset_t signals = blockSignals();
  const waf::Clock& clock = waf::Clock::system();
  std::error_code error;
  std::filesystem::create_directories(options.data_dir, error);
  if (error) {
    say("cannot create the data directory " + options.data_dir + ": " + error.message());
    return kExitFailed;
  }
  Predecessor::Sockets inherited;
  if (predecessor != nullptr) {
    auto taken = rehearse(options.data_dir);
    auto sockets = taken ? predecessor->takeOver()
                         : waf::Result<Predecessor::Sockets>(waf::fail(taken.error()));
    if (!sockets) {
      say(sockets.error().message);
      return kExitFailed;
    }
    inherited = std::move(*sockets);
  }
  auto start = loadStartConfig(options.data_dir, clock, options.database);
  if (!start) {
    say(start.error().message);
    return start.error().code == waf::ErrorCode::NotFound ? kExitNoConfiguration : kExitFailed;
  }
  auto log = db::EventLog::open(options.data_dir, clock);
  if (!log && log.error().code == waf::ErrorCode::Conflict) {
    say(log.error().message);  // a second daemon, while the first one has no database to lock
    return kExitFailed;
  }
  if (!log) {
    start->alarms.push_back("the event log cannot be opened, so events are lost: " +
                            log.error().message);
  }
  for (const std::string& alarm : start->alarms) say(alarm);
  db::EventLog* const event_log = log ? log->get() : nullptr;
  DnsBlockLists block_lists;  // outlives the transactions of the gateway
  waf::BlockListResolver::use(&block_lists);
  const bool reference = std::getenv(kReference) != nullptr;
  auto gateway = Gateway::create({options.data_dir, cli::findBuiltinRules(), cli::kVersion,
                                  loopCount(start->config), std::move(inherited), !reference},
                                 event_log, clock);
  if (!gateway) {
    say(gateway.error().message);
    return kExitFailed;
  }
  for (const std::string& alarm : start->alarms) (*gateway)->addAlarm(alarm);
  if (reference) {
    (*gateway)->addAlarm(std::string("rules are evaluated one by one and slowly: ") + kReference +
                         " is set; start the service without it");
  }
  if (start->on_last_good) (*gateway)->setOnLastGood();
  if (const int code = putInForce(**gateway, *start, options.data_dir); code != kExitClean)
    return code;

  Administration administration({options.data_dir, options.admin_address, options.database},
                                **gateway, clock);
  const auto opened = administration.open(std::move(start->store), event_log);
  if (!opened && start->on_last_good && opened.error().code != waf::ErrorCode::Conflict) {
    const std::string alarm = "there is no administration: " + opened.error().message;
    say(alarm);
    (*gateway)->addAlarm(alarm);
  } else if (!opened) {
    // What was accepted meanwhile is answered; the process before this one accepts still.
    if (predecessor != nullptr) (*gateway)->drain(std::chrono::seconds(5));
    say(opened.error().message);
    return opened.error().code == waf::ErrorCode::Conflict ? kExitPortInUse : kExitFailed;
  }
  for (const std::string& listener : (*gateway)->boundListeners()) say("listening: " + listener);
  administration.announce();
  const PidFile pid_file(options.pid_file);
  (*gateway)->setReady();
  if (predecessor != nullptr) predecessor->serving();
  notifyServiceManager("READY=1");

  Upgrade upgrade(command_line, options.data_dir, **gateway, administration, event_log, clock);
  if (waitForTheEnd(signals, upgrade)) {
    retire(**gateway, signals);
    return kExitClean;
  }
  notifyServiceManager("STOPPING=1");
  say("stopping: finishing the requests under way");
  administration.closeServer();
  const std::chrono::milliseconds limit((*gateway)->settings().drain_timeout_ms);
  if (!(*gateway)->drain(limit)) say("some requests were not finished in time and were cut");
  administration.close();
  if (event_log != nullptr) event_log->flush(std::chrono::seconds(5));
  upgrade.flushEvents();
  return kExitClean;
}

}  // namespace

int serve(const ServeOptions& options) {
  const std::unique_ptr<Predecessor> predecessor = Predecessor::find();
  const int code = serveToTheEnd(options, predecessor.get());
  if (code != kExitClean && predecessor) predecessor->failed(lastSaid());
  // Everything of ours is closed and on disk.
  if (RuleSetCompiler::anyAbandoned()) ::_exit(code);
  return code;
}

}  // namespace gateway
