#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "db/sql/database.h"

namespace db {

// A file of SQLite.
class SqliteDatabase final : public Database {
 public:
  enum class Mode { Create, MustExist };

  // WAL, synchronous NORMAL (a commit survives kill -9; a power cut may lose the last ones),
  // foreign keys on.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path, Mode mode);

  Result<void> run(const Work& work) override;
  // Takes the write lock at once.
  Result<void> transact(const Work& work) override;
  const std::string& name() const override { return path_; }
  Result<int> schemaVersion() override;  // PRAGMA user_version
  void setSchemaVersion(Poco::Data::Session& session, int number) override;
  // <path>.before.v<version>; the newest copy of each number is kept.
  Result<void> takeSnapshot(int version) override;

 private:
  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}

  Result<void> runLocked(const Work& work);

  const std::string path_;
  std::mutex mutex_;
  std::unique_ptr<Poco::Data::Session> session_;
  int io_code_ = 0;  // what SQLite said within a transaction, before its rollback
};

}  // namespace db
