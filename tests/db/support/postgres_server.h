#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/db/support/temporary_folder.h"

namespace db {

// A PostgreSQL server of Debian's package on a socket in a temporary folder, as an unprivileged
// user where the tests run as root; ends with the test program. One thread.
class PostgresServer {
 public:
  // The test program's, made at the first call; null, and `*why_not`, where PostgreSQL is not
  // installed.
  static PostgresServer* shared(std::string* why_not);
  ~PostgresServer();

  // The URL of a fresh schema.
  std::string makeSchema();
  // Of the whole database.
  std::string url() const;

  void start();
  void stop();

 private:
  explicit PostgresServer(std::string programs) : programs_(std::move(programs)) {}
  void initialize();
  pid_t launch(const std::vector<std::string>& arguments) const;
  std::string log() const;

  const std::string programs_;  // the folder of initdb and postgres
  TemporaryFolder folder_;
  pid_t pid_ = -1;
  int schemas_ = 0;
};

}  // namespace db
