#include "db/store/store.h"
#include "gateway/cli/bootstrap.h"
#include "gateway/cli/command.h"
#include "gateway/serve/server.h"

namespace gateway::cli {

int serve(Call& call) {
  Bootstrap bootstrap;
  const std::string file = call.value("--config", kBootstrapFile);
  auto read = readBootstrap(file);
  if (read) {
    bootstrap = std::move(*read);
  } else if (call.has("--config") || read.error().code != waf::ErrorCode::NotFound) {
    return call.fail(
        read.error().message);  // without --config a file that is not there is no error
  }
  ServeOptions options;
  options.data_dir = call.has("--data") ? call.value("--data") : bootstrap.data_dir;
  const auto database = call.database(options.data_dir);
  if (!database) return call.fail(database.error().message);
  options.database = *database;
  if (const auto named = db::checkDatabaseName(options.database); !named)
    return call.fail("--database: " + named.error().message);
  options.admin_address = call.value("--admin", bootstrap.admin_address);
  options.pid_file = call.value("--pid-file", "");
  options.log_level = call.value("--log-level", bootstrap.log_level);
  return gateway::serve(options);
}

}  // namespace gateway::cli
