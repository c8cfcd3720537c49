#pragma once

#include "admin-ui/server/gateway_port.h"
#include "db/config/config.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"

namespace admin {

// What a site runs, from its configuration: the rule sets it names, or our own where it names none.
// Invalid when it has neither.
waf::Result<waf::RuleSetOptions> ruleSetOptions(const db::Config& config,
                                                const db::SiteConfig& site, GatewayPort& gateway);
waf::Policy sitePolicy(const db::SiteConfig& site);

}  // namespace admin
