#pragma once

#include "admin-ui/server/gateway_port.h"

namespace gateway::cli {

// Stands for the gateway where no daemon runs: prepare() checks what can be checked without serving
// (rules load and compile, and the compiled databases are then there for the daemon), publish() has
// nothing to put in force.
class OfflinePort final : public admin::GatewayPort {
 public:
  explicit OfflinePort(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  std::unique_ptr<admin::PreparedConfig> prepare(const db::Config& config,
                                                 admin::PrepareFailure* failure) override;
  void publish(std::unique_ptr<admin::PreparedConfig> prepared,
               const db::ConfigVersion& version) override;
  admin::GatewayStatus status() override;
  waf::Result<void> purgeCache(const std::string& site) override;
  admin::UpstreamProbe probeUpstream(const std::string& address) override;
  std::string builtinRulesPath() override;

 private:
  const std::string data_dir_;
};

// Loads the rules of every site, each distinct set once; `cache_dir` may be "". False and `failure`
// filled when one does not load.
bool checkSiteRules(const db::Config& config, const std::string& cache_dir,
                    admin::GatewayPort& port, admin::PrepareFailure* failure);

}  // namespace gateway::cli
