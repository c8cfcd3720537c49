#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admin-ui/server/gateway_port.h"
#include "gateway/config/snapshot.h"

namespace gateway {

// Builds snapshots: compiles rule sets, loads keys, resolves upstream names. Keeps what outlives a
// snapshot (endpoints' state, traffic counters) and takes over from the one before what did not
// change (rule sets, limiters, caches). Owned by gateway/control; slow, never on a loop; one build
// at a time (its caller serialises).
class SnapshotBuilder {
 public:
  struct Options {
    std::string data_dir;
    std::string builtin_rules;  // folder of our own rules, "" when there is none
    size_t loops = 1;
    // Looks up an endpoint's name; replaced in tests.
    std::function<waf::Result<UpstreamAddress>(const std::string&)> resolve =
        UpstreamAddress::resolve;
    bool use_hyperscan = true;  // waf::RuleSetOptions::use_hyperscan of every rule set
  };
  explicit SnapshotBuilder(Options options) : options_(std::move(options)) {}

  // Null and `failure` filled when the configuration cannot be put in force. `previous` may be
  // null.
  std::shared_ptr<Snapshot> build(const db::Config& config, const Snapshot* previous,
                                  admin::PrepareFailure* failure);

  // The same configuration again, with this in place of the rule set of that identity.
  std::shared_ptr<Snapshot> withRuleSet(const Snapshot& current, const std::string& identity,
                                        std::shared_ptr<const waf::RuleSet> rule_set,
                                        admin::PrepareFailure* failure);

  // Every site that ever was, for the thread that stores the counters. Any thread.
  std::vector<std::shared_ptr<SiteTraffic>> traffic() const;
  // The counters of refusals before a site was chosen: site "". Any thread.
  std::shared_ptr<SiteTraffic> trafficOf(const std::string& site);

 private:
  struct Build;  // one build's inputs and results, in snapshot_build.h
  static std::shared_ptr<Snapshot> run(Build* build);

  const Options options_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Endpoint>> endpoints_;
  // By the chain: a certificate that is replaced leaves nothing behind.
  std::map<std::string, std::weak_ptr<OcspStaple>> staples_;
  mutable std::mutex traffic_mutex_;
  std::map<std::string, std::shared_ptr<SiteTraffic>> traffic_;
};

}  // namespace gateway
