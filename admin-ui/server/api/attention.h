#pragma once

#include <nlohmann/json.hpp>

#include "admin-ui/server/api/services.h"

namespace admin {

// What somebody must look at, worst first: [{"severity":"error|warning","message","link"}]. Links
// are the web application's paths.
nlohmann::json needsAttention(Services& services, const GatewayStatus& status);

// The alarms of the gateway, the event log and the configuration together, one sentence each.
std::vector<std::string> alarms(Services& services, const GatewayStatus& status);

}  // namespace admin
