#pragma once

#include "db/secrets/secret_box.h"
#include "db/sql/database.h"
#include "db/store/store.h"

namespace db {

// Table config_versions. Borrows the database and the secret box from the store that owns it; any
// thread.
class SqlConfigStore final : public ConfigStore {
 public:
  SqlConfigStore(Database& database, const SecretBox& box, const waf::Clock& clock)
      : database_(database), box_(box), clock_(clock) {}

  Result<std::pair<ConfigVersion, Config>> load() override;
  Result<Config> loadVersion(int64_t number) override;
  Result<void> unsealKeys(Config* config) override { return db::unsealKeys(box_, config); }
  Result<std::vector<ConfigVersion>> versions(size_t limit) override;
  Result<ConfigVersion> commit(const Config& config, int64_t expected, const std::string& author,
                               const std::string& comment) override;

 private:
  Result<Config> parse(int64_t number, const std::string& document) const;

  Database& database_;
  const SecretBox& box_;
  const waf::Clock& clock_;
};

}  // namespace db
