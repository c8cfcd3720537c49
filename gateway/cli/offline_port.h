#pragma once

#include <atomic>

#include "admin-ui/server/gateway_port.h"

namespace gateway::cli {

// Stands for the gateway where no daemon runs: prepare() checks what can be checked without serving
// (rules load; the daemon compiles them), publish() only takes note of the version: what is stored
// is all that can be in force.
class OfflinePort final : public admin::GatewayPort {
 public:
  explicit OfflinePort(int64_t version = 0) : version_(version) {}

  std::unique_ptr<admin::PreparedConfig> prepare(const db::Config& config,
                                                 admin::PrepareFailure* failure) override;
  void publish(std::unique_ptr<admin::PreparedConfig> prepared,
               const db::ConfigVersion& version) override;
  admin::GatewayStatus status() override;
  waf::Result<void> purgeCache(const std::string& site) override;
  admin::UpstreamProbe probeUpstream(const std::string& address,
                                     const db::UpstreamConfig& like) override;
  std::string builtinRulesPath() override;

 private:
  std::atomic<int64_t> version_;
};

// Loads the rules of every site, each distinct set once. False and `failure` filled when one does
// not load.
bool checkSiteRules(const db::Config& config, admin::GatewayPort& port,
                    admin::PrepareFailure* failure);

}  // namespace gateway::cli
