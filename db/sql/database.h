#pragma once

#include <Poco/Data/Session.h>

#include <functional>
#include <string>

#include "waf/base/result.h"

namespace db {

using waf::Result;

// The database of configuration, users, versions, traffic and administrative acts: one connection
// through Poco::Data, used by one caller at a time (a mutex inside). Poco's exceptions end here:
// they become Errors whose message names the database, the reason and the mend.
//
// The stores' SQL is what SQLite and PostgreSQL both read. Parameters are $1, $2, …, first used in
// this order, since SQLite takes them for names; whatever else differs is in the migrations.
class Database {
 public:
  using Work = std::function<Result<void>(Poco::Data::Session&)>;

  virtual ~Database() = default;

  // `work` may throw what Poco throws.
  virtual Result<void> run(const Work& work) = 0;
  // The same within one transaction, rolled back when `work` fails.
  virtual Result<void> transact(const Work& work) = 0;

  // For messages: a path, or a URL without its password.
  virtual const std::string& name() const = 0;

  // The number of the last migration, 0 before the first.
  virtual Result<int> schemaVersion() = 0;
  // Within the migration's transaction; throws what Poco throws.
  virtual void setSchemaVersion(Poco::Data::Session& session, int number) = 0;
  // A copy of what is there, before it is migrated, where the database can make one beside itself.
  virtual Result<void> takeSnapshot(int version) = 0;
};

}  // namespace db
