#include "gateway/cli/api_client.h"

#include <sys/stat.h>

namespace gateway::cli {

nlohmann::json ApiAnswer::json() const {
  nlohmann::json out = nlohmann::json::parse(body, nullptr, false);
  return out.is_discarded() ? nlohmann::json() : out;
}

waf::Result<std::unique_ptr<ApiClient>> connectOrOpen(const std::string& data_dir,
                                                      const std::string& database) {
  auto daemon = connectToDaemon(data_dir);
  if (daemon || daemon.error().code == waf::ErrorCode::Denied) return daemon;
  return openDataDirectory(data_dir, database);
}

}  // namespace gateway::cli
