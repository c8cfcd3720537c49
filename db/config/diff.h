#pragma once

#include <string>
#include <vector>

#include "db/config/config.h"

namespace db {

// What a person would say has changed from `before` to `after`, in document order:
//   site shop: waf.mode DetectionOnly → On
//   site shop: hosts + www.shop.example, − old.example
//   upstream app: endpoint 10.0.0.2:80 added
//   certificate demo: private key replaced
// Private keys and certificates are named, never shown. Empty when nothing that matters differs.
std::vector<std::string> diffConfigs(const Config& before, const Config& after);

}  // namespace db
