#pragma once

#include <atomic>
#include <mutex>

#include "admin-ui/server/gateway_port.h"

namespace admin {

// A gateway that keeps what it was given and fails when a test says so. Any thread.
class FakeGateway final : public GatewayPort {
 public:
  std::unique_ptr<PreparedConfig> prepare(const db::Config& config,
                                          PrepareFailure* failure) override;
  void publish(std::unique_ptr<PreparedConfig> prepared, const db::ConfigVersion& version) override;
  GatewayStatus status() override;
  waf::Result<void> purgeCache(const std::string& site) override;
  UpstreamProbe probeUpstream(const std::string& address, const db::UpstreamConfig& like) override;
  std::string builtinRulesPath() override { return builtin_rules; }
  waf::Result<waf::RuleCostReport> ruleCostsOf(const std::string& site) override {
    if (site != "shop") return waf::fail(waf::ErrorCode::NotFound, "gateway", "no such site");
    return fixed_costs;
  }

  // Set before the server starts.
  std::string builtin_rules;
  GatewayStatus fixed_status;
  waf::RuleCostReport fixed_costs;  // of the site "shop"

  std::atomic<bool> refuse{false};  // prepare() fails with a diagnostic
  std::atomic<int> prepared{0};
  db::Config published() const;
  int64_t publishedVersion() const;
  std::string purged() const;

 private:
  mutable std::mutex mutex_;
  db::Config published_;
  int64_t published_version_ = 0;
  std::string purged_;
};

}  // namespace admin
