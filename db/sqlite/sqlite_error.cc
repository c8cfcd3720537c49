#include "db/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>

namespace db {

using waf::ErrorCode;

waf::Unexpected sqliteError(const std::string& path, int code, const std::string& detail) {
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
      return failWith(ErrorCode::Unavailable, "the disk reports an error (" + detail + ")");
    case SQLITE_CONSTRAINT:
      return failWith(ErrorCode::Conflict, detail);
    default:
      return failWith(ErrorCode::Internal, detail);
  }
}

int failureCode(sqlite3* handle) {
  const int extended = sqlite3_extended_errcode(handle);
  const bool io_error = (extended & 0xff) == SQLITE_IOERR;
  const bool full = extended == SQLITE_IOERR_SHMSIZE || sqlite3_system_errno(handle) == ENOSPC;
  return io_error && full ? SQLITE_FULL : extended;
}

std::string sqliteUri(const std::string& path, const char* mode) {
  std::string out = "file:";
  for (const char c : path) {
    static constexpr char kHex[] = "0123456789abcdef";
    if (c == '?' || c == '#' || c == '%') {
      out += {'%', kHex[(c >> 4) & 15], kHex[c & 15]};
    } else {
      out += c;
    }
  }
  return out + "?mode=" + mode;
}

}  // namespace db
