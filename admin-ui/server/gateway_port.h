#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "db/config/config.h"
#include "db/store/store.h"
#include "waf/base/result.h"
#include "waf/engine/rule_costs.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"

// All that the admin server (and the command line) asks of the running gateway. Declared here,
// implemented by gateway/control; tests implement a fake. Every method may be called from any
// thread.
namespace admin {

// A configuration whose snapshot is built (rules compiled, keys loaded, sockets bound) and not yet
// in force.
class PreparedConfig {
 public:
  virtual ~PreparedConfig() = default;
};

struct PrepareFailure {
  waf::Error error;                          // one sentence
  std::vector<waf::Diagnostic> diagnostics;  // of rule sets, with file:line
};

struct EndpointHealth {
  std::string upstream;
  std::string address;
  bool healthy = true;
  std::string state;   // "healthy", "unhealthy", "ejected", "unknown"
  std::string detail;  // why, and since when
  uint64_t requests = 0;
  uint64_t failures = 0;
};

struct SiteStatus {
  std::string site;
  std::string configured_mode;
  std::string effective_mode;  // what requests experience: "On", "DetectionOnly", "Off"
  std::string detail;          // when they differ: why
  uint64_t requests = 0;       // since the process started, as all that follow
  uint64_t blocked = 0;
  uint64_t detected = 0;
  uint64_t client_errors = 0;
  uint64_t server_errors = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  uint64_t cache_entries = 0;
  uint64_t cache_bytes = 0;
};

struct RuleSetStatus {
  std::string name;
  std::vector<std::string> sites;
  waf::RuleSetStatistics statistics;
};

struct OutputStatus {
  std::string name;
  uint64_t sent = 0;
  uint64_t dropped = 0;  // the queue was full
  uint64_t waiting = 0;
  std::string problem;  // why nothing can be sent now; "" when all is well
};

struct GatewayStatus {
  std::string version;
  std::chrono::seconds uptime{};
  bool ready = false;
  int64_t config_version = 0;
  bool on_last_good = false;           // the database could not be read
  std::vector<std::string> alarms;     // one sentence each, with the remedy
  std::vector<std::string> listeners;  // "http 127.0.0.1:8080": name and bound address
  uint64_t connections = 0;
  uint64_t connections_refused = 0;  // over settings.connections
  uint64_t accept_pauses = 0;        // for want of descriptors or memory
  uint64_t requests = 0;
  uint64_t events_written = 0;
  uint64_t events_lost = 0;
  uint64_t verdict_lookups = 0;  // of the cache of what rules found (waf/engine/verdict_table.h)
  uint64_t verdict_hits = 0;
  std::vector<OutputStatus> outputs;
  std::vector<SiteStatus> sites;
  std::vector<EndpointHealth> endpoints;
  std::vector<RuleSetStatus> rulesets;
};

struct UpstreamProbe {  // the live test of an upstream address in the UI
  bool ok = false;
  std::string message;  // "connected in 3 ms, GET / answered 200 in 12 ms"
};

class GatewayPort {
 public:
  virtual ~GatewayPort() = default;

  // Builds the snapshot; takes seconds when rules must be compiled. Null and `failure` filled when
  // it cannot be.
  virtual std::unique_ptr<PreparedConfig> prepare(const db::Config& config,
                                                  PrepareFailure* failure) = 0;
  // Puts a prepared configuration in force with one atomic store; no connection is dropped.
  virtual void publish(std::unique_ptr<PreparedConfig> prepared,
                       const db::ConfigVersion& version) = 0;

  virtual GatewayStatus status() = 0;
  virtual waf::Result<void> purgeCache(const std::string& site) = 0;
  // A new connection as one of this upstream would be (its protocol, tls and proxy_protocol), and
  // one request on it.
  virtual UpstreamProbe probeUpstream(const std::string& address,
                                      const db::UpstreamConfig& like) = 0;

  // Sends one event that says it is a test.
  virtual waf::Result<void> testOutput(const db::OutputConfig& output) {
    static_cast<void>(output);
    return waf::fail(waf::ErrorCode::Unavailable, "gateway", "the gateway does not run");
  }

  // The folder of our own rules, in force in sites that name no rule set; "" when it is not known.
  virtual std::string builtinRulesPath() { return {}; }
  // The compiled rule set that the site's requests run through now, for `inspect`; null when there
  // is no such site or nothing is in force (the caller then loads one itself).
  virtual std::shared_ptr<const waf::RuleSet> ruleSetOf(const std::string& site) {
    static_cast<void>(site);
    return nullptr;
  }
  // What the rules in force on a site cost, as far as requests were measured. Errors: NotFound, no
  // such site; Unavailable, the gateway does not run, or the site has no rule set.
  virtual waf::Result<waf::RuleCostReport> ruleCostsOf(const std::string& site) {
    static_cast<void>(site);
    return waf::fail(waf::ErrorCode::Unavailable, "gateway", "the gateway does not run");
  }
};

}  // namespace admin
