#pragma once

#include <Poco/Data/Session.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "waf/base/result.h"

namespace db {

using waf::Result;

// One SQLite connection through Poco::Data, used by one caller at a time (a mutex inside). Poco's
// exceptions end here: they become Errors whose message names the file, the reason and the mend.
class Database {
 public:
  enum class Mode { Create, MustExist };

  // WAL, synchronous NORMAL (a commit survives kill -9; a power cut may lose the last ones),
  // foreign keys on.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Mode mode);

  using Work = std::function<Result<void>(Poco::Data::Session&)>;

  // `work` may throw what Poco throws.
  Result<void> run(const Work& work);
  // The same within one transaction, which takes the write lock at once; rolled back when `work`
  // fails.
  Result<void> transact(const Work& work);

  const std::string& path() const { return path_; }

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}

  Result<void> runLocked(const Work& work);

  std::string path_;
  std::mutex mutex_;
  std::unique_ptr<Poco::Data::Session> session_;
  int io_code_ = 0;  // what SQLite said within a transaction, before its rollback
};

// Every statement of `sql`, in order; throws what Poco throws.
void executeScript(Poco::Data::Session& session, const std::string& sql);

}  // namespace db
