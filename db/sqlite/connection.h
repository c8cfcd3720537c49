#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

namespace db {

using waf::Result;

// A prepared statement of one Connection, which it must not outlive; used by one thread. Parameters
// count from 1, columns from 0. Texts and blobs are bound by reference: they must live until the
// statement was stepped and reset.
class Statement {
 public:
  Statement(Statement&&) = default;
  Statement& operator=(Statement&&) = default;

  Statement& bind(int parameter, int64_t value);
  Statement& bindText(int parameter, std::string_view text);
  Statement& bindBytes(int parameter, std::string_view bytes);
  Statement& bindNull(int parameter);

  // True when a row is there. The statement resets itself behind the last row and on a failure.
  Result<bool> step();
  // For statements without rows.
  Result<void> execute();
  void reset() { sqlite3_reset(handle_.get()); }

  int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  // Valid until the next step.
  std::string_view bytes(int column) const;
  bool isNull(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
  }

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Statement(const std::string* path, sqlite3_stmt* handle) : path_(path), handle_(handle) {}

  const std::string* path_;  // the connection's
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

// One SQLite connection without a layer between, for the event files: there a row costs a few
// microseconds and Poco::Data's binding as much again. Used by one thread at a time.
class Connection {
 public:
  enum class Mode { Create, Write, Read };

  // WAL, synchronous NORMAL, as Database has it. `page_bytes` counts for a file that is created.
  struct Options {
    Mode mode = Mode::Create;
    int page_bytes = 4096;
    int cache_kb = 2000;
    int checkpoint_pages = 1000;
  };
  static Result<std::unique_ptr<Connection>> open(const std::string& path, const Options& options);

  Result<Statement> prepare(const std::string& sql);
  // Every statement of `sql`, without parameters and rows.
  Result<void> execute(const std::string& sql);
  // The first column of the first row; `fallback` when there is no row or it is NULL.
  Result<int64_t> number(const std::string& sql, int64_t fallback = 0);

  // A transaction that takes the write lock at once, rolled back when `work` fails.
  template <typename Work>
  Result<void> transact(Work&& work) {
    if (Result<void> begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
    Result<void> done = work();
    if (done) done = execute("COMMIT");
    // The failure is what counts; a rollback that finds nothing to undo is none.
    if (!done) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
  }

  const std::string& path() const { return path_; }
  sqlite3* handle() { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Connection(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

}  // namespace db
