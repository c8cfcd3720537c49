#pragma once

#include "db/sql/database.h"
#include "db/store/store.h"

namespace db {

// Table traffic_minutes, kept for 400 days. Borrows the database from the store that owns it; any
// thread.
class SqlTrafficStore final : public TrafficStore {
 public:
  SqlTrafficStore(Database& database, const waf::Clock& clock)
      : database_(database), clock_(clock) {}

  Result<void> add(const std::vector<TrafficMinute>& minutes) override;
  // Steps without traffic are there with zeros. At most 10,000 steps.
  Result<std::vector<TrafficMinute>> series(waf::WallTime since, waf::WallTime until,
                                            uint32_t step_minutes,
                                            const std::string& site) override;
  Result<std::vector<TrafficMinute>> bySite(waf::WallTime since, waf::WallTime until) override;

 private:
  Database& database_;
  const waf::Clock& clock_;
};

}  // namespace db
