#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admin-ui/server/gateway_port.h"
#include "db/store/event_log.h"
#include "gateway/config/snapshot_builder.h"
#include "gateway/config/snapshot_source.h"
#include "gateway/control/background_jobs.h"
#include "gateway/control/rule_set_compiler.h"
#include "gateway/control/workers.h"
#include "gateway/outputs/output.h"

namespace gateway {

// The running gateway as its administration sees it: builds and publishes snapshots, binds and
// closes listeners, tells how things are. Owned by gateway/serve; every method from any thread.
class Gateway final : public admin::GatewayPort {
 public:
  struct Options {
    std::string data_dir;
    std::string builtin_rules;
    std::string version;
    size_t loops = 1;
    // Listening sockets of the process that this one takes over from, by listener key.
    std::map<std::string, std::vector<ListenSocket>> inherited = {};
    bool use_hyperscan = true;  // off: the reference evaluation, for tests
  };
  // `log` may be null: events are then lost, which is an alarm.
  static waf::Result<std::unique_ptr<Gateway>> create(Options options, db::EventLog* log,
                                                      const waf::Clock& clock);
  ~Gateway() override;

  std::unique_ptr<admin::PreparedConfig> prepare(const db::Config& config,
                                                 admin::PrepareFailure* failure) override;
  void publish(std::unique_ptr<admin::PreparedConfig> prepared,
               const db::ConfigVersion& version) override;
  admin::GatewayStatus status() override;
  waf::Result<void> purgeCache(const std::string& site) override;
  admin::UpstreamProbe probeUpstream(const std::string& address,
                                     const db::UpstreamConfig& like) override;
  std::string builtinRulesPath() override { return options_.builtin_rules; }
  std::shared_ptr<const waf::RuleSet> ruleSetOf(const std::string& site) override;
  waf::Result<waf::RuleCostReport> ruleCostsOf(const std::string& site) override;
  waf::Result<void> testOutput(const db::OutputConfig& output) override {
    return gateway::testOutput(output);
  }

  // Alarms of the start: one sentence each.
  void addAlarm(std::string alarm);
  // What went wrong with a binary upgrade; "" when nothing did.
  void setUpgradeAlarm(std::string alarm);
  void setOnLastGood() { on_last_good_ = true; }
  // Everything is started and announced: from here on status() says ready.
  void setReady() { ready_ = true; }
  std::vector<std::shared_ptr<SiteTraffic>> traffic() const { return builder_.traffic(); }
  // "http 127.0.0.1:8080": name and bound address.
  std::vector<std::string> boundListeners();

  // Settings of the configuration in force.
  db::SettingsConfig settings() const;
  // Descriptors of what is accepted on, by listener key. They stay this object's.
  std::map<std::string, std::vector<int>> listeningSockets();
  // The log that is configured and asked for its state from now on, in place of the one that was
  // handed over, to which the loops append still.
  void useEventLog(db::EventLog* log);
  // Another process accepts from now on.
  void retire() { workers_->retire(); }
  uint64_t connections() const { return workers_->connections(); }
  // Finishes what is under way, then stops the loops. False when the time was up first.
  bool drain(std::chrono::milliseconds timeout) { return workers_->drain(timeout); }

 private:
  class Prepared;
  Gateway(Options options, db::EventLog* log, const waf::Clock& clock);
  bool bindNew(Prepared* prepared, admin::PrepareFailure* failure);
  void startBackgroundJobs(const Snapshot& snapshot);
  // The snapshot in force again, with a rule set that is now compiled.
  void install(const std::string& identity, std::shared_ptr<const waf::RuleSet> rule_set);

  Options options_;
  std::atomic<db::EventLog*> log_;
  const waf::Clock& clock_;
  const waf::MonotonicTime started_;
  const std::shared_ptr<Outputs> outputs_ = std::make_shared<Outputs>();
  SnapshotSource source_;
  std::mutex change_mutex_;  // prepare and publish
  SnapshotBuilder builder_;
  std::unique_ptr<Workers> workers_;
  std::mutex state_mutex_;  // what follows
  struct Bound {
    std::string address;
    std::vector<ListenSocket> sockets;
  };
  std::map<std::string, Bound> bound_;  // by listener key
  std::vector<std::string> alarms_;
  std::string upgrade_alarm_;
  std::atomic<bool> on_last_good_{false};
  std::atomic<bool> ready_{false};
  BackgroundJobs names_;                       // endpoints' names, looked up again
  BackgroundJobs ocsp_;                        // responders are slow, and so are resolvers
  std::unique_ptr<RuleSetCompiler> compiler_;  // the last member: its thread uses the others
};

}  // namespace gateway
