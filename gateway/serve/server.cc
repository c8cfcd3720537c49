// The daemon's life: data directory → store and event log → gateway → admin server → signals →
// drain.
#include "gateway/serve/server.h"
#include "gateway/block_lists/dns_block_lists.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "admin-ui/server/admin_server.h"
#include "gateway/cli/builtin_rules.h"
#include "gateway/cli/version.h"
#include "gateway/control/gateway.h"
#include "gateway/control/traffic_writer.h"
#include "gateway/serve/notify.h"
#include "gateway/serve/start_config.h"

namespace gateway {
namespace {

void say(const std::string& line) {
  std::fprintf(stderr, "portcullis: %s\n", line.c_str());
  std::fflush(stderr);
}

// Blocked in every thread that comes later; taken by sigwait in the main one.
sigset_t blockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
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
    if (!path_.empty()) ::unlink(path_.c_str());
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

void waitForTheEnd(const sigset_t& signals) {
  for (;;) {
    int number = 0;
    if (sigwait(&signals, &number) != 0 || number == SIGTERM || number == SIGINT) return;
    // SIGHUP: log files are followed by name, so there is nothing to reopen.
  }
}

void announce(Gateway& gateway, const admin::AdminServer* admin_server) {
  for (const std::string& listener : gateway.boundListeners()) say("listening: " + listener);
  if (admin_server == nullptr) return;
  if (!admin_server->boundAddress().empty()) {
    say("administration: https://" + admin_server->boundAddress() + " (certificate SHA-256 " +
        admin_server->certificateSha256() + ")");
  }
  if (!admin_server->firstPassword().empty()) {
    say("first login: user admin, password " + admin_server->firstPassword());
    say("it is shown only now, and must be changed at the first login");
  }
}

int serveToTheEnd(const ServeOptions& options) {
  const sigset_t signals = blockSignals();
  const waf::Clock& clock = waf::Clock::system();
  std::error_code error;
  std::filesystem::create_directories(options.data_dir, error);
  if (error) {
    say("cannot create the data directory " + options.data_dir + ": " + error.message());
    return kExitFailed;
  }
  auto start = loadStartConfig(options.data_dir, clock);
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
  auto gateway = Gateway::create(
      {options.data_dir, cli::findBuiltinRules(), cli::kVersion, loopCount(start->config)},
      event_log, clock);
  if (!gateway) {
    say(gateway.error().message);
    return kExitFailed;
  }
  for (const std::string& alarm : start->alarms) (*gateway)->addAlarm(alarm);
  if (start->on_last_good) (*gateway)->setOnLastGood();
  if (const int code = putInForce(**gateway, *start, options.data_dir); code != kExitClean)
    return code;

  admin::AdminOptions admin_options;
  admin_options.address = options.admin_address;
  admin_options.data_dir = options.data_dir;
  auto admin_server =
      admin::AdminServer::start(admin_options, start->store.get(), event_log, **gateway, clock);
  if (!admin_server && start->on_last_good &&
      admin_server.error().code != waf::ErrorCode::Conflict) {
    const std::string alarm = "there is no administration: " + admin_server.error().message;
    say(alarm);
    (*gateway)->addAlarm(alarm);
    admin_server = std::unique_ptr<admin::AdminServer>();
  } else if (!admin_server) {
    say(admin_server.error().message);
    return admin_server.error().code == waf::ErrorCode::Conflict ? kExitPortInUse : kExitFailed;
  }
  std::unique_ptr<TrafficWriter> traffic;
  if (start->store) {
    traffic = std::make_unique<TrafficWriter>(
        &start->store->traffic(), [&gateway] { return (*gateway)->traffic(); }, clock);
  }
  announce(**gateway, admin_server->get());
  const PidFile pid_file(options.pid_file);
  (*gateway)->setReady();
  notifyServiceManager("READY=1");

  waitForTheEnd(signals);
  notifyServiceManager("STOPPING=1");
  say("stopping: finishing the requests under way");
  admin_server->reset();
  const std::chrono::milliseconds limit(start->config.settings.drain_timeout_ms);
  if (!(*gateway)->drain(limit)) say("some requests were not finished in time and were cut");
  traffic.reset();
  if (event_log != nullptr) event_log->flush(std::chrono::seconds(5));
  return kExitClean;
}

}  // namespace

int serve(const ServeOptions& options) {
  const int code = serveToTheEnd(options);
  // Everything of ours is closed and on disk.
  if (RuleSetCompiler::anyAbandoned()) ::_exit(code);
  return code;
}

}  // namespace gateway
