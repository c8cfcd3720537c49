#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/config/config.h"
#include "db/store/store.h"
#include "waf/base/clock.h"
#include "waf/base/result.h"

namespace gateway {

// What the daemon starts with: the store and its newest configuration, or the last good one where
// the store cannot be read.
struct StartConfig {
  std::unique_ptr<db::Store> store;  // null: unreadable
  db::ConfigVersion version;
  db::Config config;
  bool on_last_good = false;
  std::vector<std::string> alarms;
};

// NotFound: there is neither a readable database nor a last good configuration, though there was
// one of the two (exit code 3). Conflict: another process owns the directory. Others: there is no
// last good configuration, and the directory cannot be read or written.
waf::Result<StartConfig> loadStartConfig(const std::string& data_dir, const waf::Clock& clock,
                                         const std::string& database = "");

}  // namespace gateway
