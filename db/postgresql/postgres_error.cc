#include "db/postgresql/postgres_error.h"

#include <string_view>

#include "waf/base/text.h"

// Poco gives libpq's text, for a statement that failed as it ran followed by
// " Severity: … State: <SQLSTATE> Detail: …"
// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
namespace db {
namespace {

using waf::ErrorCode;

constexpr std::string_view kState = " State: ";

std::string_view stateOf(std::string_view text) {
  const size_t at = text.rfind(kState);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + kState.size(), 5);
}

// One line without what Poco and libpq put before it.
std::string reasonOf(std::string_view text) {
  for (const std::string_view mark : {"FATAL:  ", "ERROR:  ", "Connection Error: "}) {
    if (const size_t at = text.find(mark); at != std::string_view::npos) {
      text.remove_prefix(at + mark.size());
      break;
    }
  }
  return std::string(waf::trim(text.substr(0, text.find('\n'))));
}

}  // namespace

waf::Unexpected postgresError(const std::string& name, const Poco::Exception& error,
                              bool connected) {
  const std::string text = error.message();
  const std::string reason = reasonOf(text);
  const auto failWith = [&name](ErrorCode code, const std::string& why) {
    return waf::fail(code, "db", name + ": " + why);
  };
  if (!connected) {
    return failWith(ErrorCode::Unavailable, "cannot be reached (" + reason +
                                                "); check that PostgreSQL runs there and that the "
                                                "URL is right");
  }
  const std::string_view state = stateOf(text);
  const std::string_view kind = state.substr(0, 2);
  if (state == "53100") {
    return failWith(ErrorCode::Exhausted,
                    "the disk of PostgreSQL is full; free space, then try again");
  }
  if (state == "42501" || state == "25006") {
    return failWith(ErrorCode::Unavailable,
                    "cannot be written (" + reason + "); check the rights of the role");
  }
  if (state == "55P03") {
    return failWith(ErrorCode::Unavailable, "is locked by another process; try again");
  }
  if (kind == "23") return failWith(ErrorCode::Conflict, reason);
  if (kind == "08" || kind == "53" || kind == "57" || kind == "58") {
    return failWith(ErrorCode::Unavailable, reason);
  }
  if (state == "XX001" || state == "XX002") {
    return failWith(ErrorCode::Corrupt,
                    "the database is damaged (" + reason + "); restore a backup of it");
  }
  return failWith(ErrorCode::Internal, reason);
}

}  // namespace db
