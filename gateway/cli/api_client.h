#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "waf/base/result.h"

namespace gateway::cli {

struct ApiAnswer {
  int status = 0;
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
  nlohmann::json json() const;  // null when the body is not JSON
};

struct ApiCall {
  std::string_view method = "GET";
  std::string target;  // "/sites?…", below /api/v1
  std::string body;
  std::string filename;            // X-Filename of an upload
  std::ostream* output = nullptr;  // where the body of a good answer goes instead, as it comes
};

// The admin API from the command line's side. One thread.
class ApiClient {
 public:
  virtual ~ApiClient() = default;
  virtual waf::Result<ApiAnswer> call(const ApiCall& call) = 0;
  virtual bool daemon() const = 0;  // whether a daemon answers
};

// The name of the site, where there is just one; "" where the caller has to say which.
std::string onlySite(ApiClient& api);

// Over <data_dir>/control.sock; Unavailable when nobody listens there.
waf::Result<std::unique_ptr<ApiClient>> connectToDaemon(const std::string& data_dir);
// The same API in this process, on the data directory itself.
waf::Result<std::unique_ptr<ApiClient>> openDataDirectory(const std::string& data_dir,
                                                          const std::string& database);

}  // namespace gateway::cli
