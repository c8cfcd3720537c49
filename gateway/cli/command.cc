#include "gateway/cli/command.h"

#include <cstdlib>
#include <ostream>

#include "gateway/cli/bootstrap.h"

namespace gateway::cli {

std::string Call::value(std::string_view option, std::string fallback) const {
  const auto found = options.find(option);
  return found == options.end() ? std::move(fallback) : found->second;
}

std::vector<std::string> Call::values(std::string_view option) const {
  std::vector<std::string> found;
  for (auto [at, end] = options.equal_range(option); at != end; ++at) found.push_back(at->second);
  return found;
}

std::string Call::dataDir() const {
  if (has("--data")) return value("--data");
  if (const char* directory = std::getenv("PORTCULLIS_DATA");
      directory != nullptr && *directory != '\0') {
    return directory;
  }
  // A bootstrap file that is missing or wrong is for `serve` to complain about.
  const auto bootstrap = readBootstrap(value("--config", kBootstrapFile));
  return bootstrap ? bootstrap->data_dir : Bootstrap{}.data_dir;
}

std::string Call::database() const {
  if (has("--database")) return value("--database");
  if (const char* url = std::getenv("PORTCULLIS_DATABASE"); url != nullptr && *url != '\0') {
    return url;
  }
  const auto bootstrap = readBootstrap(value("--config", kBootstrapFile));
  return bootstrap && bootstrap->data_dir == dataDir() ? bootstrap->storage : "";
}

ApiClient* Call::api() {
  if (client != nullptr) return client.get();
  auto made = connectOrOpen(dataDir(), database());
  if (!made) {
    fail(made.error().message);
    return nullptr;
  }
  client = std::move(*made);
  return client.get();
}

int Call::fail(const std::string& message) {
  err << "portcullis: " << message << '\n';
  return kFailed;
}

int Call::fail(const ApiAnswer& answer) {
  const nlohmann::json body = answer.json();
  if (json()) out << answer.body << '\n';
  if (!body.is_object() || !body.contains("error")) {
    return fail("the daemon answered with status " + std::to_string(answer.status));
  }
  const nlohmann::json& error = body["error"];
  fail(error.value("message", "failed"));
  if (const auto list = error.find("diagnostics"); list != error.end() && list->is_array()) {
    for (const nlohmann::json& diagnostic : *list) {
      err << "  " << diagnostic.value("file", "") << ':' << diagnostic.value("line", 0) << ": "
          << diagnostic.value("message", "") << '\n';
    }
  }
  return kFailed;
}

}  // namespace gateway::cli
