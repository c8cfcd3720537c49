#pragma once

#include <nlohmann/json_fwd.hpp>

#include "waf/engine/rule_costs.h"

namespace admin {

// "since", "samples", "us_per_request" and "items", as the API and the command line tell them.
nlohmann::json describeCosts(const waf::RuleCostReport& report);

}  // namespace admin
