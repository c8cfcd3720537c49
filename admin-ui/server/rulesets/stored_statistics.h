#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "waf/engine/rule_set.h"

namespace admin {

// The statistics of an imported set beside its folder (<data_dir>/rulesets/<name>/<n>.json), so
// that a set which no site runs can be shown without loading it. Only for paths below
// <data_dir>/rulesets; an empty object for all others.
nlohmann::json loadStatistics(const std::string& data_dir, const std::string& path);
void storeStatistics(const std::string& data_dir, const std::string& path,
                     const waf::RuleSetStatistics& statistics);

}  // namespace admin
