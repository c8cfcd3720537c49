#include "db/sqlite/database.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

#include <cerrno>

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

// A full disk can show as an I/O error: the file shared by a database's readers is not grown.
bool isFull(sqlite3* handle) {
  return sqlite3_system_errno(handle) == ENOSPC ||
         sqlite3_extended_errcode(handle) == SQLITE_IOERR_SHMSIZE;
}

waf::Unexpected translate(const std::string& path, const Poco::Exception& e, int code) {
  const auto failWith = [&path](ErrorCode error, const std::string& why) {
    return waf::fail(error, "db", path + ": " + why);
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      return failWith(ErrorCode::Exhausted, "the disk is full; free space, then try again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return failWith(ErrorCode::Corrupt,
                      "the database is damaged; restore a backup or move the file away");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return failWith(ErrorCode::Corrupt,
                      "cannot be opened; check that it is a file this user may read and write");
    case SQLITE_READONLY:
      return failWith(ErrorCode::Unavailable,
                      "cannot be written; check the owner of the file and its folder, and that the "
                      "file system is not mounted read-only");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failWith(ErrorCode::Unavailable, "is locked by another process; try again");
    case SQLITE_IOERR:
      return failWith(ErrorCode::Unavailable,
                      "the disk reports an error (" + e.displayText() + ")");
    case SQLITE_CONSTRAINT:
      return failWith(ErrorCode::Conflict, e.displayText());
    default:
      return failWith(ErrorCode::Internal, e.displayText());
  }
}

std::string uriOf(const std::string& path, Database::Mode mode) {
  // SQLite URI filenames (https://www.sqlite.org/uri.html): what has a meaning in a URI is escaped.
  std::string out = "file:";
  for (const char c : path) {
    static constexpr char kHex[] = "0123456789abcdef";
    if (c == '?' || c == '#' || c == '%') {
      out += {'%', kHex[(c >> 4) & 15], kHex[c & 15]};
    } else {
      out += c;
    }
  }
  return out + (mode == Database::Mode::Create ? "?mode=rwc" : "?mode=rw");
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Mode mode) {
  static std::once_flag registered;
  std::call_once(registered, [] { Poco::Data::SQLite::Connector::registerConnector(); });

  std::unique_ptr<Database> database(new Database(path));
  try {
    database->session_ =
        std::make_unique<Session>(Poco::Data::SQLite::Connector::KEY, uriOf(path, mode));
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

Result<void> Database::run(const Work& work) {
  const std::lock_guard lock(mutex_);
  return runLocked(work);
}

Result<void> Database::transact(const Work& work) {
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
      sqlite3_exec(Poco::Data::SQLite::Utility::dbHandle(session), "ROLLBACK", nullptr, nullptr,
                   nullptr);
      throw;
    }
  });
}

Result<void> Database::runLocked(const Work& work) {
  sqlite3* handle = Poco::Data::SQLite::Utility::dbHandle(*session_);
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
    return translate(path_, e, isFull(handle) ? SQLITE_FULL : SQLITE_IOERR);
  } catch (const Poco::Data::SQLite::ConstraintViolationException& e) {
    return translate(path_, e, SQLITE_CONSTRAINT);
  } catch (const Poco::Exception& e) {
    return translate(path_, e, sqlite3_errcode(handle));
  } catch (const std::exception& e) {
    return waf::fail(ErrorCode::Internal, "db", path_ + ": " + e.what());
  }
}

void executeScript(Session& session, const std::string& sql) { session << sql, now; }

}  // namespace db
