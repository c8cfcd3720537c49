#include "gateway/cli/api_client.h"

#include "gateway/cli/output.h"

namespace gateway::cli {

nlohmann::json ApiAnswer::json() const {
  nlohmann::json out = nlohmann::json::parse(body, nullptr, false);
  return out.is_discarded() ? nlohmann::json() : out;
}

std::string onlySite(ApiClient& api) {
  const auto answer = api.call({"GET", "/sites"});
  if (!answer || !answer->ok()) return {};
  const nlohmann::json body = answer->json();
  return body["items"].size() == 1 ? text(body["items"][0], "name") : std::string();
}

}  // namespace gateway::cli
