#include "gateway/cli/command.h"

#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "gateway/cli/bootstrap.h"

namespace gateway::cli {
namespace {

// Whether both name one directory, which need not exist: "/x/" and "/x", a link and where it leads.
bool isSamePath(const std::string& left, const std::string& right) {
  const auto normal = [](const std::string& path) {
    std::error_code error;
    std::filesystem::path out =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
    if (error) out = std::filesystem::path(path).lexically_normal();
    return out.has_filename() ? out : out.parent_path();
  };
  return normal(left) == normal(right);
}

}  // namespace

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

waf::Result<std::string> Call::database(const std::string& data_dir) const {
  if (has("--database")) return value("--database");
  if (const char* url = std::getenv("PORTCULLIS_DATABASE"); url != nullptr && *url != '\0') {
    return std::string(url);
  }
  const auto bootstrap = readBootstrap(value("--config", kBootstrapFile));
  if (bootstrap) {
    return isSamePath(bootstrap->data_dir, data_dir) ? bootstrap->storage : std::string();
  }
  if (!has("--config") && bootstrap.error().code == waf::ErrorCode::NotFound) return std::string();
  return waf::fail(bootstrap.error().code, bootstrap.error().source,
                   bootstrap.error().message +
                       "; so it is not known where the configuration is: mend that, or say it "
                       "with --database (\"sqlite\" for the data directory's own file)");
}

ApiClient* Call::api() {
  if (client != nullptr) return client.get();
  const std::string data_dir = dataDir();
  auto made = connectToDaemon(data_dir);
  if (made && has("--database")) {
    fail("--database: a daemon serves " + data_dir +
         " and has its own; stop the daemon first, or leave --database out");
    return nullptr;
  }
  if (!made && made.error().code != waf::ErrorCode::Denied) {
    const auto where = database(data_dir);
    made = where ? openDataDirectory(data_dir, *where)
                 : waf::Result<std::unique_ptr<ApiClient>>(waf::fail(where.error()));
  }
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
