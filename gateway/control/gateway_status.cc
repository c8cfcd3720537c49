// What GatewayPort::status tells.
#include <algorithm>

#include "gateway/control/gateway.h"
#include "gateway/control/site_totals.h"
#include "gateway/control/snapshot_jobs.h"
#include "waf/engine/program.h"
#include "waf/engine/verdict_table.h"

namespace gateway {
namespace {

admin::SiteStatus describe(const Site& site) {
  admin::SiteStatus out;
  out.site = site.config.name;
  out.configured_mode = site.config.waf.mode;
  out.effective_mode = site.config.waf.mode;
  if (site.policy.mode != waf::EngineMode::Off && !site.rule_set) {
    out.effective_mode = "Off";
    out.detail = "no rule set is active; import one or install the built-in rules";
  } else if (site.rule_set) {
    // The site's mode is a cap: the rule set may ask for less.
    const waf::EngineMode set = site.rule_set->program().settings.engine;
    if (set == waf::EngineMode::Off) {
      out.effective_mode = "Off";
      out.detail = "the rule set says SecRuleEngine Off";
    } else if (set == waf::EngineMode::DetectionOnly && site.policy.mode == waf::EngineMode::On) {
      out.effective_mode = "DetectionOnly";
      out.detail = "the rule set says SecRuleEngine DetectionOnly";
    }
  }
  const db::TrafficMinute total = totalsOf(*site.traffic);
  out.requests = total.requests;
  out.blocked = total.blocked;
  out.detected = total.detected;
  out.client_errors = total.client_errors;
  out.server_errors = total.server_errors;
  out.bytes_in = total.bytes_in;
  out.bytes_out = total.bytes_out;
  if (site.cache) {
    const ResponseCache::Statistics cache = site.cache->statistics();
    out.cache_hits = cache.hits;
    out.cache_misses = cache.misses;
    out.cache_entries = cache.entries;
    out.cache_bytes = cache.bytes;
  }
  return out;
}

void appendEndpoints(const Upstream& upstream, waf::MonotonicTime now,
                     std::vector<admin::EndpointHealth>* out) {
  for (const Balancer::Member& member : upstream.balancer->members()) {
    admin::EndpointHealth health;
    health.upstream = upstream.config.name;
    health.address = member.endpoint->address();
    health.healthy = member.endpoint->available(now);
    health.state = member.endpoint->state(now);
    health.detail = member.endpoint->detail();
    health.requests = member.endpoint->requests();
    health.failures = member.endpoint->failures();
    out->push_back(std::move(health));
  }
}

std::string ruleSetName(const Site& site) {
  std::string name;
  for (const std::string& each : site.config.waf.rulesets)
    name += (name.empty() ? "" : " + ") + each;
  return name.empty() ? "portcullis" : name;
}

std::vector<admin::RuleSetStatus> ruleSets(const Snapshot& snapshot) {
  std::vector<admin::RuleSetStatus> out;
  std::vector<const waf::RuleSet*> seen;
  for (const auto& site : snapshot.sites) {
    if (!site->rule_set) continue;
    const auto found = std::find(seen.begin(), seen.end(), site->rule_set.get());
    if (found != seen.end()) {
      out[static_cast<size_t>(found - seen.begin())].sites.push_back(site->config.name);
      continue;
    }
    seen.push_back(site->rule_set.get());
    out.push_back({ruleSetName(*site), {site->config.name}, site->rule_set->statistics()});
  }
  return out;
}

}  // namespace

admin::GatewayStatus Gateway::status() {
  admin::GatewayStatus out;
  out.version = options_.version;
  const waf::MonotonicTime now = clock_.monotonic();
  out.uptime = std::chrono::duration_cast<std::chrono::seconds>(now - started_);
  out.on_last_good = on_last_good_;
  out.connections = workers_->connections();
  out.connections_refused = workers_->connectionsRefused();
  out.accept_pauses = workers_->acceptPauses();
  out.requests = workers_->requests();
  {
    const std::scoped_lock lock(state_mutex_);
    out.alarms = alarms_;
    if (!upgrade_alarm_.empty()) out.alarms.push_back(upgrade_alarm_);
  }
  out.outputs = outputs_->status();
  if (db::EventLog* const event_log = log_) {
    const db::EventLogStatus log = event_log->status();
    out.events_written = log.written;
    out.events_lost = log.lost;
    if (!log.alarm.empty()) out.alarms.push_back(log.alarm);
  }
  const waf::VerdictTable::Lookups lookups = waf::VerdictTable::lookups();
  out.verdict_lookups = lookups.asked;
  out.verdict_hits = lookups.found;
  const std::shared_ptr<const Snapshot> snapshot = source_.current();
  if (!snapshot) return out;
  out.ready = ready_;
  out.config_version = snapshot->version.number;
  out.listeners = boundListeners();
  out.alarms.insert(out.alarms.end(), snapshot->warnings.begin(), snapshot->warnings.end());
  for (std::string& alarm : backgroundAlarms(*snapshot)) out.alarms.push_back(std::move(alarm));
  const uint32_t wanted = snapshot->config.settings.workers;
  if (wanted != 0 && wanted != workers_->count()) {
    out.alarms.push_back("settings.workers is " + std::to_string(wanted) + " but " +
                         std::to_string(workers_->count()) + " loops run; restart the service");
  }
  for (const auto& site : snapshot->sites) out.sites.push_back(describe(*site));
  for (const auto& upstream : snapshot->upstreams) appendEndpoints(*upstream, now, &out.endpoints);
  out.rulesets = ruleSets(*snapshot);
  return out;
}

}  // namespace gateway
