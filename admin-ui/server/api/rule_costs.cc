#include <nlohmann/json.hpp>

#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/rulesets/describe_costs.h"

namespace admin {

Response showRuleCosts(Services& services, Request& request) {
  const std::string site = request.parameter("site").value_or("");
  if (site.empty())
    return errorResponse(invalid("site: say whose rules, ?site=NAME", "site"), request.id);
  const auto current = services.config.current();
  if (!current) return errorResponse(apiError(current.error()), request.id);
  const auto report = services.gateway.ruleCostsOf(site);
  if (!report) return errorResponse(apiError(report.error()), request.id);
  nlohmann::json out = describeCosts(*report);
  out["site"] = site;
  out["one_of"] = current->config.settings.rule_cost_one_of;
  return jsonResponse(out);
}

}  // namespace admin
