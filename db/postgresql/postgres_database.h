#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "db/postgresql/postgres_url.h"
#include "db/sql/database.h"

namespace db {

// A schema of a PostgreSQL server. A connection that broke is made anew by the next call; the call
// in which it breaks fails.
class PostgresDatabase final : public Database {
 public:
  // Owner: nobody else may own the schema as long as this object lives (Conflict), as the lock file
  // has it for a data directory. Visitor: looks only.
  enum class Mode { Owner, Visitor };

  static Result<std::unique_ptr<PostgresDatabase>> open(const std::string& url, Mode mode);

  Result<void> run(const Work& work) override;
  Result<void> transact(const Work& work) override;
  const std::string& name() const override { return url_.shown; }
  Result<int> schemaVersion() override;  // table portcullis_schema
  void setSchemaVersion(Poco::Data::Session& session, int number) override;
  // None: a copy is pg_dump's to make.
  Result<void> takeSnapshot(int) override { return {}; }

 private:
  PostgresDatabase(PostgresUrl url, Mode mode) : url_(std::move(url)), mode_(mode) {}

  // What a fresh connection needs before it may be used.
  Result<void> prepareSession();
  // Takes the lock that the owner of the schema holds; it lives as long as the connection.
  Result<void> own();
  bool answers();
  // Whether the connection works and is prepared, if need be anew.
  Result<void> connect();
  Result<void> guard(const Work& work);

  const PostgresUrl url_;
  const Mode mode_;
  std::mutex mutex_;
  std::unique_ptr<Poco::Data::Session> session_;
  bool prepared_ = false;
};

}  // namespace db
