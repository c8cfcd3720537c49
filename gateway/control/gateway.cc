#include "gateway/control/gateway.h"

#include <algorithm>

#include "gateway/control/snapshot_jobs.h"
#include "gateway/tls/ticket_keys.h"

namespace gateway {

namespace {

std::vector<RuleSetCompiler::Job> provisionalRuleSets(const Snapshot& snapshot) {
  std::vector<RuleSetCompiler::Job> out;
  for (const auto& site : snapshot.sites) {
    if (!site->rule_set || !site->rule_set->statistics().provisional) continue;
    const bool known = std::any_of(out.begin(), out.end(), [&](const RuleSetCompiler::Job& job) {
      return job.identity == site->rule_set_identity;
    });
    if (!known) out.push_back({site->rule_set_identity, site->rule_set_options});
  }
  return out;
}

}  // namespace

class Gateway::Prepared final : public admin::PreparedConfig {
 public:
  std::shared_ptr<Snapshot> snapshot;
  std::map<std::string, std::vector<ListenSocket>> sockets;  // bound, not yet accepting
};

Gateway::Gateway(Options options, db::EventLog* log, const waf::Clock& clock)
    : options_(std::move(options)),
      log_(log),
      clock_(clock),
      started_(clock.monotonic()),
      builder_({options_.data_dir, options_.builtin_rules, options_.loops, UpstreamAddress::resolve,
                options_.use_hyperscan}) {
  compiler_ = std::make_unique<RuleSetCompiler>(
      [this](const std::string& identity, std::shared_ptr<const waf::RuleSet> rule_set) {
        install(identity, std::move(rule_set));
      });
}

Gateway::~Gateway() = default;

waf::Result<std::unique_ptr<Gateway>> Gateway::create(Options options, db::EventLog* log,
                                                      const waf::Clock& clock) {
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(options), log, clock));
  auto workers = Workers::start(gateway->options_.loops, gateway->source_,
                                gateway->builder_.trafficOf(""), log, clock);
  if (!workers) return waf::fail(std::move(workers).error());
  gateway->workers_ = std::move(*workers);
  if (log != nullptr) log->setSink(gateway->outputs_);
  if (log == nullptr) {
    gateway->addAlarm("events are not recorded: the event log could not be opened");
  }
  return gateway;
}

std::unique_ptr<admin::PreparedConfig> Gateway::prepare(const db::Config& config,
                                                        admin::PrepareFailure* failure) {
  const std::scoped_lock lock(change_mutex_);
  auto prepared = std::make_unique<Prepared>();
  const std::shared_ptr<const Snapshot> previous = source_.current();
  prepared->snapshot = builder_.build(config, previous.get(), failure);
  if (!prepared->snapshot || !bindNew(prepared.get(), failure)) return nullptr;
  return prepared;
}

bool Gateway::bindNew(Prepared* prepared, admin::PrepareFailure* failure) {
  const std::scoped_lock lock(state_mutex_);
  for (const auto& [key, table] : prepared->snapshot->listeners) {
    if (bound_.count(key) != 0) continue;
    const auto inherited = options_.inherited.find(key);
    if (inherited != options_.inherited.end() && !inherited->second.empty()) {
      prepared->sockets.emplace(key, inherited->second);
      continue;
    }
    auto sockets = ListenSocket::bindGroup(table.config.address, workers_->count());
    if (!sockets) {
      failure->error = sockets.error();
      failure->error.message = "listener \"" + table.config.name + "\": " + failure->error.message;
      return false;
    }
    prepared->sockets.emplace(key, std::move(*sockets));
  }
  return true;
}

void Gateway::publish(std::unique_ptr<admin::PreparedConfig> prepared_config,
                      const db::ConfigVersion& version) {
  const std::scoped_lock lock(change_mutex_);
  auto* const prepared = dynamic_cast<Prepared*>(prepared_config.get());
  if (prepared == nullptr) return;
  prepared->snapshot->version = version;
  const std::shared_ptr<const Snapshot> snapshot = prepared->snapshot;
  if (db::EventLog* const log = log_)
    log->configure(snapshot->config.settings.audit_log, snapshot->config.settings.events);
  outputs_->configure(snapshot->config.settings.outputs);
  workers_->limitConnections(snapshot->config.settings.connections);
  processTicketKeys().setRotation(
      std::chrono::seconds(snapshot->config.settings.tls_ticket_rotation_s));
  source_.publish(snapshot);
  compiler_->want(provisionalRuleSets(*snapshot));
  const std::scoped_lock state(state_mutex_);
  for (auto& [key, sockets] : prepared->sockets) {
    bound_[key] = {sockets.front().boundAddress().toString(), sockets};
    workers_->open(key, std::move(sockets));
  }
  // What is not accepted on now belongs to no listener any more.
  options_.inherited.clear();
  std::erase_if(bound_, [&](const auto& each) {
    if (snapshot->listener(each.first) != nullptr) return false;
    workers_->close(each.first);
    return true;
  });
  workers_->refreshViews();
  workers_->startHealthChecks(snapshot);
  startBackgroundJobs(*snapshot);
}

void Gateway::startBackgroundJobs(const Snapshot& snapshot) {
  names_.replace(nameJobs(snapshot));
  ocsp_.replace(ocspJobs(snapshot));
}

void Gateway::install(const std::string& identity, std::shared_ptr<const waf::RuleSet> rule_set) {
  const std::scoped_lock lock(change_mutex_);
  const std::shared_ptr<const Snapshot> current = source_.current();
  admin::PrepareFailure failure;
  const std::shared_ptr<Snapshot> snapshot =
      builder_.withRuleSet(*current, identity, std::move(rule_set), &failure);
  if (!snapshot) return;  // what serves, serves on
  source_.publish(snapshot);
  workers_->refreshViews();
  workers_->startHealthChecks(snapshot);
  startBackgroundJobs(*snapshot);
}

waf::Result<void> Gateway::purgeCache(const std::string& name) {
  if (const auto snapshot = source_.current()) {
    for (const auto& site : snapshot->sites) {
      if (site->config.name != name) continue;
      if (site->cache) site->cache->purge();
      return {};
    }
  }
  return waf::fail(waf::ErrorCode::NotFound, "gateway", "there is no site \"" + name + "\"");
}

std::shared_ptr<const waf::RuleSet> Gateway::ruleSetOf(const std::string& name) {
  if (const auto snapshot = source_.current()) {
    for (const auto& site : snapshot->sites) {
      if (site->config.name == name) return site->rule_set;
    }
  }
  return nullptr;
}

waf::Result<waf::RuleCostReport> Gateway::ruleCostsOf(const std::string& name) {
  std::shared_ptr<waf::RuleCosts> costs;
  bool known = false;
  if (const auto snapshot = source_.current()) {
    for (const auto& site : snapshot->sites) {
      if (site->config.name != name) continue;
      known = true;
      costs = site->costs;
    }
  }
  if (costs) return costs->report();
  return known
             ? waf::fail(waf::ErrorCode::Unavailable, "gateway",
                         "no rules are in force on site \"" + name + "\"")
             : waf::fail(waf::ErrorCode::NotFound, "gateway", "there is no site \"" + name + "\"");
}

void Gateway::addAlarm(std::string alarm) {
  const std::scoped_lock lock(state_mutex_);
  alarms_.push_back(std::move(alarm));
}

void Gateway::setUpgradeAlarm(std::string alarm) {
  const std::scoped_lock lock(state_mutex_);
  upgrade_alarm_ = std::move(alarm);
}

void Gateway::useEventLog(db::EventLog* log) {
  const std::scoped_lock lock(change_mutex_);
  const db::SettingsConfig in_force = settings();
  log->configure(in_force.audit_log, in_force.events);
  log->setSink(outputs_);
  log_ = log;
}

db::SettingsConfig Gateway::settings() const {
  const auto snapshot = source_.current();
  return snapshot ? snapshot->config.settings : db::SettingsConfig{};
}

std::map<std::string, std::vector<int>> Gateway::listeningSockets() {
  const std::scoped_lock lock(state_mutex_);
  std::map<std::string, std::vector<int>> out;
  for (const auto& [key, bound] : bound_) {
    for (const ListenSocket& socket : bound.sockets) out[key].push_back(socket.descriptor());
  }
  return out;
}

std::vector<std::string> Gateway::boundListeners() {
  std::vector<std::string> out;
  const auto snapshot = source_.current();
  if (!snapshot) return out;
  const std::scoped_lock lock(state_mutex_);
  for (const db::ListenerConfig& listener : snapshot->config.listeners) {
    const auto found = bound_.find(listenerKey(listener));
    if (found != bound_.end()) out.push_back(listener.name + " " + found->second.address);
  }
  return out;
}

}  // namespace gateway
