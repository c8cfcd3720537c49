#include "db/sqlite/sqlite_database.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "db/sqlite/sqlite_error.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

waf::Unexpected translate(const std::string& path, const Poco::Exception& e, int code) {
  return sqliteError(path, code, e.displayText());
}

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& path, Mode mode) {
  static std::once_flag registered;
  std::call_once(registered, [] { Poco::Data::SQLite::Connector::registerConnector(); });

  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path));
  try {
    database->session_ = std::make_unique<Session>(
        Poco::Data::SQLite::Connector::KEY, sqliteUri(path, mode == Mode::Create ? "rwc" : "rw"));
  } catch (const Poco::Exception& e) {
    return translate(path, e, SQLITE_CANTOPEN);
  }
  const Result<void> prepared = database->run([mode](Session& session) -> Result<void> {
    std::string ignored;
    session << "PRAGMA busy_timeout = 5000", into(ignored), now;
    // The mode is in the file; a reader that set it would quarrel with the writer that is just
    // creating it.
    if (mode == Mode::Create) session << "PRAGMA journal_mode = WAL", into(ignored), now;
    session << "PRAGMA synchronous = NORMAL", now;
    session << "PRAGMA foreign_keys = ON", now;
    return {};
  });
  if (!prepared) return waf::fail(prepared.error());
  return database;
}

Result<void> SqliteDatabase::run(const Work& work) {
  const std::lock_guard lock(mutex_);
  return runLocked(work);
}

Result<void> SqliteDatabase::transact(const Work& work) {
  const std::lock_guard lock(mutex_);
  return runLocked([&](Session& session) -> Result<void> {
    // Not Session::begin(): its deferred transaction would fail at the first write when another
    // writer came between.
    session << "BEGIN IMMEDIATE", now;
    try {
      const Result<void> done = work(session);
      session << (done ? "COMMIT" : "ROLLBACK"), now;
      return done;
    } catch (...) {
      sqlite3* const handle = Poco::Data::SQLite::Utility::dbHandle(session);
      io_code_ = failureCode(handle);  // the rollback takes it away
      sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
  });
}

Result<void> SqliteDatabase::runLocked(const Work& work) {
  sqlite3* handle = Poco::Data::SQLite::Utility::dbHandle(*session_);
  io_code_ = SQLITE_OK;
  try {
    return work(*session_);
  } catch (const Poco::Data::SQLite::DatabaseFullException& e) {
    return translate(path_, e, SQLITE_FULL);
  } catch (const Poco::Data::SQLite::CorruptImageException& e) {
    return translate(path_, e, SQLITE_CORRUPT);
  } catch (const Poco::Data::SQLite::ReadOnlyException& e) {
    return translate(path_, e, SQLITE_READONLY);
  } catch (const Poco::Data::SQLite::DBLockedException& e) {
    return translate(path_, e, SQLITE_BUSY);
  } catch (const Poco::Data::SQLite::IOErrorException& e) {
    const int code = io_code_ != SQLITE_OK ? io_code_ : failureCode(handle);
    return translate(path_, e, code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR);
  } catch (const Poco::Data::SQLite::ConstraintViolationException& e) {
    return translate(path_, e, SQLITE_CONSTRAINT);
  } catch (const Poco::Exception& e) {
    return translate(path_, e, sqlite3_errcode(handle));
  } catch (const std::exception& e) {
    return waf::fail(ErrorCode::Internal, "db", path_ + ": " + e.what());
  }
}

Result<int> SqliteDatabase::schemaVersion() {
  int version = 0;
  const Result<void> read = run([&version](Session& session) -> Result<void> {
    session << "PRAGMA user_version", into(version), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  return version;
}

void SqliteDatabase::setSchemaVersion(Session& session, int number) {
  // A pragma takes no bound value.
  session << "PRAGMA user_version = " + std::to_string(number), now;
}

Result<void> SqliteDatabase::takeSnapshot(int version) {
  const std::string path = path_ + ".before.v" + std::to_string(version);
  // Written beside and renamed, so that a full disk leaves no half copy under the name one would
  // restore.
  std::string partial = path + ".tmp";
  ::unlink(partial.c_str());
  const Result<void> copied = run([&partial](Session& session) -> Result<void> {
    session << "VACUUM INTO ?", use(partial), now;
    return {};
  });
  if (!copied) {
    ::unlink(partial.c_str());
    return copied;
  }
  ::chmod(partial.c_str(), 0600);
  if (::rename(partial.c_str(), path.c_str()) != 0) {
    return waf::fail(ErrorCode::Unavailable, "db", path + ": the snapshot cannot be put in place");
  }
  return {};
}

}  // namespace db
