#include "db/sqlite/connection.h"

#include "db/sqlite/sqlite_error.h"

namespace db {
namespace {

waf::Unexpected failure(const std::string& path, sqlite3* handle) {
  return sqliteError(path, failureCode(handle), sqlite3_errmsg(handle));
}

}  // namespace

Statement& Statement::bind(int parameter, int64_t value) {
  sqlite3_bind_int64(handle_.get(), parameter, value);
  return *this;
}

Statement& Statement::bindText(int parameter, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), parameter, text.data() != nullptr ? text.data() : "",
                      text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bindBytes(int parameter, std::string_view bytes) {
  sqlite3_bind_blob64(handle_.get(), parameter, bytes.data() != nullptr ? bytes.data() : "",
                      bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bindNull(int parameter) {
  sqlite3_bind_null(handle_.get(), parameter);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  waf::Unexpected error = failure(*path_, sqlite3_db_handle(handle_.get()));
  sqlite3_reset(handle_.get());
  return error;
}

Result<void> Statement::execute() {
  const Result<bool> stepped = step();
  if (!stepped) return waf::fail(stepped.error());
  reset();
  return {};
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path,
                                                     const Options& options) {
  std::unique_ptr<Connection> out(new Connection(path));
  const bool create = options.mode == Mode::Create;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  if (create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  // A reader of a write-ahead log writes too: the file that readers share.
  const std::string uri = sqliteUri(path, create ? "rwc" : "rw");
  const int code = sqlite3_open_v2(uri.c_str(), &handle, flags, nullptr);
  out->handle_.reset(handle);
  if (code != SQLITE_OK) {
    return sqliteError(path, handle != nullptr ? failureCode(handle) : code,
                       handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(handle, 5000);
  std::string setup;
  if (create) {
    setup = "PRAGMA page_size = " + std::to_string(options.page_bytes) +
            "; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = " +
            std::to_string(options.checkpoint_pages) + "; ";
  }
  if (options.mode == Mode::Read) setup = "PRAGMA query_only = ON; ";
  setup += "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -" + std::to_string(options.cache_kb);
  const Result<void> prepared = out->execute(setup);
  if (!prepared) return waf::fail(prepared.error());
  return out;
}

Result<Statement> Connection::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(path_, handle_.get());
  return Statement(&path_, statement);
}

Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(path_, handle_.get());
  return {};
}

Result<int64_t> Connection::number(const std::string& sql, int64_t fallback) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return waf::fail(statement.error());
  const Result<bool> row = statement->step();
  if (!row) return waf::fail(row.error());
  if (!*row || statement->isNull(0)) return fallback;
  return statement->number(0);
}

}  // namespace db
