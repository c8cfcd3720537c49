#pragma once

#include "db/sql/database.h"
#include "db/store/store.h"

namespace db {

// Table users. Borrows the database from the store that owns it; any thread, but authenticate and
// the calls that set a password take some 0.1 s of CPU each.
class SqlUserStore final : public UserStore {
 public:
  SqlUserStore(Database& database, const waf::Clock& clock) : database_(database), clock_(clock) {}

  Result<std::vector<User>> list() override;
  Result<User> add(const std::string& name, const std::string& role, const std::string& password,
                   bool must_change_password) override;
  Result<void> setPassword(const std::string& name, const std::string& password,
                           bool must_change) override;
  Result<void> setDisabled(const std::string& name, bool disabled) override;
  Result<void> unlock(const std::string& name) override;
  Result<User> authenticate(const std::string& name, const std::string& password) override;

 private:
  struct Row {
    User user;
    std::string password;
  };
  Result<std::vector<Row>> read(const std::string& name);  // "" for all
  Result<void> countFailure(const User& user);
  Result<void> noteLogin(const User& user);

  Database& database_;
  const waf::Clock& clock_;
};

}  // namespace db
