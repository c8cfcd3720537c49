#include "gateway/cli/offline_port.h"

#include <algorithm>

#include "admin-ui/server/inspect/site_rules.h"
#include "gateway/cli/builtin_rules.h"

namespace gateway::cli {
namespace {

struct Checked final : admin::PreparedConfig {};

}  // namespace

bool checkSiteRules(const db::Config& config, admin::GatewayPort& port,
                    admin::PrepareFailure* failure) {
  std::vector<waf::RuleSetOptions> loaded;
  for (const db::SiteConfig& site : config.sites) {
    if (site.waf.mode == "Off") continue;
    auto options = admin::ruleSetOptions(config, site, port);
    if (!options && site.waf.rulesets.empty())
      continue;  // the daemon knows where our own rules are
    if (!options) {
      failure->error = options.error();
      return false;
    }
    options->use_hyperscan = false;  // the daemon compiles them; here they must only load
    if (std::find(loaded.begin(), loaded.end(), *options) != loaded.end()) continue;
    waf::RuleSet::Loaded result = waf::RuleSet::load(*options);
    if (result.rule_set == nullptr) {
      failure->error = {waf::ErrorCode::Invalid, "rules",
                        "site \"" + site.name + "\": its rule sets do not load"};
      failure->diagnostics = std::move(result.diagnostics);
      return false;
    }
    loaded.push_back(std::move(*options));
  }
  return true;
}

std::unique_ptr<admin::PreparedConfig> OfflinePort::prepare(const db::Config& config,
                                                            admin::PrepareFailure* failure) {
  if (!checkSiteRules(config, *this, failure)) return nullptr;
  return std::make_unique<Checked>();
}

void OfflinePort::publish(std::unique_ptr<admin::PreparedConfig>,
                          const db::ConfigVersion& version) {
  version_ = version.number;
}

admin::GatewayStatus OfflinePort::status() {
  admin::GatewayStatus out;
  out.config_version = version_;
  return out;
}

waf::Result<void> OfflinePort::purgeCache(const std::string&) {
  return {};  // a cache lives in the daemon's memory only
}

admin::UpstreamProbe OfflinePort::probeUpstream(const std::string&, const db::UpstreamConfig&) {
  return {false, "no daemon runs that could try the address"};
}

std::string OfflinePort::builtinRulesPath() { return findBuiltinRules(); }

}  // namespace gateway::cli
