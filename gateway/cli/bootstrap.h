#pragma once

#include <string>

#include "waf/base/result.h"

namespace gateway::cli {

inline constexpr const char* kBootstrapFile = "/etc/portcullis/portcullis.json";

// What must be known before the database opens:
//   {"data_dir":"…","admin":{"address":"127.0.0.1:9443"},"log_level":"info","storage":"sqlite"}
// `storage` is "sqlite" (a file in the data directory) or postgresql://…
struct Bootstrap {
  std::string data_dir = "/var/lib/portcullis";
  std::string admin_address = "127.0.0.1:9443";
  std::string log_level = "info";
  std::string storage = "sqlite";
};

// NotFound when there is no such file; Invalid names the member that is wrong.
waf::Result<Bootstrap> readBootstrap(const std::string& path);

}  // namespace gateway::cli
