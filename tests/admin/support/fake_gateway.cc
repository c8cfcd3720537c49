#include "tests/admin/support/fake_gateway.h"

namespace admin {
namespace {

struct FakePrepared final : PreparedConfig {
  db::Config config;
};

}  // namespace

std::unique_ptr<PreparedConfig> FakeGateway::prepare(const db::Config& config,
                                                     PrepareFailure* failure) {
  ++prepared;
  if (refuse) {
    failure->error = {waf::ErrorCode::Invalid, "rules", "the rule set does not load"};
    failure->diagnostics.push_back(
        {waf::Diagnostic::Severity::Error, "rules/a.conf", 12, "@rx: missing )"});
    return nullptr;
  }
  auto out = std::make_unique<FakePrepared>();
  out->config = config;
  return out;
}

void FakeGateway::publish(std::unique_ptr<PreparedConfig> ready, const db::ConfigVersion& version) {
  const std::lock_guard lock(mutex_);
  published_ = static_cast<FakePrepared&>(*ready).config;
  published_version_ = version.number;
}

GatewayStatus FakeGateway::status() {
  const std::lock_guard lock(mutex_);
  GatewayStatus out = fixed_status;
  out.config_version = published_version_;
  return out;
}

waf::Result<void> FakeGateway::purgeCache(const std::string& site) {
  const std::lock_guard lock(mutex_);
  purged_ = site;
  return {};
}

UpstreamProbe FakeGateway::probeUpstream(const std::string& address, const db::UpstreamConfig&) {
  return {true, "connected to " + address + " in 1 ms"};
}

db::Config FakeGateway::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

int64_t FakeGateway::publishedVersion() const {
  const std::lock_guard lock(mutex_);
  return published_version_;
}

std::string FakeGateway::purged() const {
  const std::lock_guard lock(mutex_);
  return purged_;
}

}  // namespace admin
