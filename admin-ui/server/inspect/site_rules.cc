#include "admin-ui/server/inspect/site_rules.h"

#include <algorithm>

namespace admin {

waf::Result<waf::RuleSetOptions> ruleSetOptions(const db::Config& config,
                                                const db::SiteConfig& site, GatewayPort& gateway) {
  waf::RuleSetOptions options;
  options.paranoia_level = site.waf.paranoia_level;
  options.inbound_threshold = site.waf.inbound_threshold;
  options.outbound_threshold = site.waf.outbound_threshold;
  for (const std::string& name : site.waf.rulesets) {
    const auto found =
        std::find_if(config.rulesets.begin(), config.rulesets.end(),
                     [&](const db::RulesetConfig& ruleset) { return ruleset.name == name; });
    if (found != config.rulesets.end()) options.paths.push_back(found->path);
  }
  if (options.paths.empty()) {
    const std::string builtin = gateway.builtinRulesPath();
    if (builtin.empty()) {
      return waf::fail(
          waf::ErrorCode::Invalid, "inspect",
          "site \"" + site.name + "\" names no rule set, and our own rules are not known here");
    }
    options.paths.push_back(builtin);
  }
  return options;
}

waf::Policy sitePolicy(const db::SiteConfig& site) {
  waf::Policy policy;
  policy.mode = site.waf.mode == "On"    ? waf::EngineMode::On
                : site.waf.mode == "Off" ? waf::EngineMode::Off
                                         : waf::EngineMode::DetectionOnly;
  for (const int64_t id : site.waf.disabled_rules) policy.removed_rules.emplace_back(id, id);
  return policy;
}

}  // namespace admin
