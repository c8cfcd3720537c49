#pragma once

#include "db/sqlite/database.h"
#include "db/store/store.h"

namespace db {

// Table admin_log: the newest 100,000 acts. Borrows the database from the store that owns it; any
// thread.
class SqliteAdminLog final : public AdminLog {
 public:
  SqliteAdminLog(Database& database, const waf::Clock& clock)
      : database_(database), clock_(clock) {}

  Result<void> record(const AdminAct& act) override;
  Result<std::vector<AdminAct>> list(int64_t before, size_t limit) override;
  Result<std::string> verify() override;

 private:
  Database& database_;
  const waf::Clock& clock_;
};

}  // namespace db
