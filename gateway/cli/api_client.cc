#include "gateway/cli/api_client.h"

namespace gateway::cli {

nlohmann::json ApiAnswer::json() const {
  nlohmann::json out = nlohmann::json::parse(body, nullptr, false);
  return out.is_discarded() ? nlohmann::json() : out;
}

}  // namespace gateway::cli
