#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admin-ui/server/gateway_port.h"
#include "admin-ui/server/http/response.h"
#include "db/config/config.h"
#include "db/store/store.h"
#include "waf/base/clock.h"
#include "waf/base/result.h"

namespace admin {

struct CurrentConfig {
  db::ConfigVersion version;
  db::Config config;
};

// Who changes the configuration, and on which version he looked when he did.
struct ConfigChange {
  std::string author;
  std::string comment;  // "" for the difference in words
  std::optional<int64_t> if_match;
};

// The one way by which a configuration changes: load → edit → check → prepare (rules compiled,
// sockets bound) → commit to the store → publish → last good copy. What fails leaves everything as
// it was. Changes come one after the other; reading does not wait for them. Any thread.
class ConfigService {
 public:
  ConfigService(db::Store* store, GatewayPort& gateway, const waf::Clock& clock,
                std::string data_dir)
      : store_(store), gateway_(gateway), clock_(clock), data_dir_(std::move(data_dir)) {}

  // The newest version; the last good one where the database cannot be read.
  waf::Result<CurrentConfig> current() const;

  // The edit gets the newest configuration; what it returns refuses the change.
  using Edit = std::function<std::optional<ApiError>(db::Config&)>;
  struct Outcome {
    std::optional<ApiError> error;
    CurrentConfig now;  // without an error: what is in force
  };
  Outcome apply(const ConfigChange& change, const Edit& edit);

  // Everything that apply() checks before it commits, against the newest version.
  std::optional<ApiError> check(const db::Config& config);

  // "" or why the copy of the last good configuration could not be written.
  std::string lastGoodProblem() const;

 private:
  // Fills in what a document leaves to us (sealed keys) and checks the rest of it.
  std::optional<ApiError> complete(const db::Config& before, db::Config* after) const;
  std::optional<ApiError> unpackArchives(const db::Config& before, db::Config* after,
                                         std::vector<std::string>* folders) const;
  // `*unknown` with an error: whether the change is stored could not be found out.
  std::optional<ApiError> store(const CurrentConfig& before, const ConfigChange& change,
                                db::Config edited, CurrentConfig* now, bool* unknown);
  waf::Result<db::ConfigVersion> commit(const CurrentConfig& before, const ConfigChange& change,
                                        const std::string& difference, const db::Config& edited,
                                        bool* unknown);

  db::Store* const store_;
  GatewayPort& gateway_;
  const waf::Clock& clock_;
  const std::string data_dir_;
  std::mutex changing_;
  mutable std::mutex problem_mutex_;
  std::string last_good_problem_;
};

}  // namespace admin
