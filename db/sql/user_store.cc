#include "db/sql/user_store.h"

#include "db/secrets/password.h"
#include "db/sql/times.h"
#include "waf/base/text.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

constexpr uint32_t kMaxFailures = 10;
constexpr std::chrono::minutes kLockTime{15};
constexpr size_t kMaxUsers = 1000;

Result<void> checkUserName(const std::string& name) {
  if (name.empty() || name.size() > 64) {
    return waf::fail(ErrorCode::Invalid, "users", "user name must have 1 to 64 characters");
  }
  for (const char c : name) {
    const char lower = waf::asciiLower(c);
    const bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.@").find(c) != std::string_view::npos;
    if (!plain) {
      return waf::fail(ErrorCode::Invalid, "users",
                       "user name may have letters, digits, \"-\", \"_\", \".\" and \"@\" only");
    }
  }
  return {};
}

Result<void> checkNewPassword(const std::string& password) {
  if (password.size() < kMinPasswordBytes) {
    return waf::fail(ErrorCode::Invalid, "users", "password must have at least 10 characters");
  }
  if (password.size() > kMaxPasswordBytes) {
    return waf::fail(ErrorCode::Invalid, "users", "password must have at most 1024 bytes");
  }
  return {};
}

waf::Unexpected notFound(const std::string& name) {
  return waf::fail(ErrorCode::NotFound, "users",
                   "user \"" + waf::toPrintableUtf8(name.substr(0, 64)) + "\" does not exist");
}

// What an UPDATE ... RETURNING id of one user brought: NotFound when no row has the name.
Result<void> checkChanged(const std::vector<int64_t>& ids, const std::string& name) {
  if (ids.empty()) return notFound(name);
  return {};
}

}  // namespace

Result<std::vector<SqlUserStore::Row>> SqlUserStore::read(const std::string& name) {
  // No user is called so, and not every database takes any byte for a text.
  if (!name.empty() && !checkUserName(name)) return std::vector<Row>{};
  std::vector<int64_t> ids, disabled, must_change, failures, locked, logins;
  std::vector<std::string> names, roles, passwords;
  const Result<void> done = database_.run([&](Session& session) -> Result<void> {
    session << "SELECT id, name, role, password, disabled, must_change_password, failed_logins, "
               "locked_until_us, last_login_us FROM users WHERE $1 = '' OR name = $1 "
               "ORDER BY name",
        into(ids), into(names), into(roles), into(passwords), into(disabled), into(must_change),
        into(failures), into(locked), into(logins), bind(name), now;
    return {};
  });
  if (!done) return waf::fail(done.error());
  std::vector<Row> out(ids.size());
  for (size_t i = 0; i < out.size(); ++i) {
    User& user = out[i].user;
    user.id = ids[i];
    user.name = names[i];
    user.role = roles[i];
    user.disabled = disabled[i] != 0;
    user.must_change_password = must_change[i] != 0;
    user.failed_logins = static_cast<uint32_t>(failures[i]);
    if (locked[i] > toMicroseconds(clock_.wall())) user.locked_until = fromMicroseconds(locked[i]);
    if (logins[i] > 0) user.last_login = fromMicroseconds(logins[i]);
    out[i].password = passwords[i];
  }
  return out;
}

Result<std::vector<User>> SqlUserStore::list() {
  Result<std::vector<Row>> rows = read("");
  if (!rows) return waf::fail(rows.error());
  std::vector<User> out;
  for (Row& row : *rows) out.push_back(std::move(row.user));
  return out;
}

Result<User> SqlUserStore::add(const std::string& name, const std::string& role,
                               const std::string& password, bool must_change_password) {
  Result<void> checked = checkUserName(name);
  if (checked) checked = checkNewPassword(password);
  if (!checked) return waf::fail(checked.error());
  if (role != "admin" && role != "viewer" && role != "auditor") {
    return waf::fail(ErrorCode::Invalid, "users", "role must be admin, viewer or auditor");
  }
  const Result<std::string> hash = hashPassword(password);
  if (!hash) return waf::fail(hash.error());
  const Result<void> done = database_.transact([&](Session& session) -> Result<void> {
    int64_t users = 0;
    int64_t same = 0;
    session << "SELECT COUNT(*), COUNT(*) FILTER (WHERE name = $1) FROM users", into(users),
        into(same), bind(name), now;
    if (same > 0) {
      return waf::fail(ErrorCode::Conflict, "users", "user \"" + name + "\" exists already");
    }
    if (users >= static_cast<int64_t>(kMaxUsers)) {
      return waf::fail(ErrorCode::Exhausted, "users", "there are 1000 users already");
    }
    session
        << "INSERT INTO users (name, role, password, must_change_password) VALUES ($1, $2, $3, $4)",
        bind(name), bind(role), bind(*hash), bind(must_change_password ? 1 : 0), now;
    return {};
  });
  if (!done) return waf::fail(done.error());
  Result<std::vector<Row>> rows = read(name);
  if (!rows) return waf::fail(rows.error());
  if (rows->empty()) return notFound(name);
  return std::move(rows->front().user);
}

Result<void> SqlUserStore::setPassword(const std::string& name, const std::string& password,
                                       bool must_change) {
  if (!checkUserName(name)) return notFound(name);
  const Result<void> checked = checkNewPassword(password);
  if (!checked) return checked;
  const Result<std::string> hash = hashPassword(password);
  if (!hash) return waf::fail(hash.error());
  return database_.transact([&](Session& session) -> Result<void> {
    std::vector<int64_t> ids;
    session << "UPDATE users SET password = $1, must_change_password = $2, failed_logins = 0, "
               "locked_until_us = 0 WHERE name = $3 RETURNING id",
        into(ids), bind(*hash), bind(must_change ? 1 : 0), bind(name), now;
    return checkChanged(ids, name);
  });
}

Result<void> SqlUserStore::setDisabled(const std::string& name, bool disabled) {
  if (!checkUserName(name)) return notFound(name);
  return database_.transact([&](Session& session) -> Result<void> {
    int64_t others = 0;
    int64_t is_admin = 0;
    session << "SELECT COUNT(*) FILTER (WHERE name <> $1 AND disabled = 0), "
               "COUNT(*) FILTER (WHERE name = $1) FROM users WHERE role = 'admin'",
        into(others), into(is_admin), bind(name), now;
    if (disabled && is_admin > 0 && others == 0) {
      return waf::fail(
          ErrorCode::Conflict, "users",
          "user \"" + name + "\" is the last administrator who can log in; add another one first");
    }
    std::vector<int64_t> ids;
    session << "UPDATE users SET disabled = $1 WHERE name = $2 RETURNING id", into(ids),
        bind(disabled ? 1 : 0), bind(name), now;
    return checkChanged(ids, name);
  });
}

Result<void> SqlUserStore::unlock(const std::string& name) {
  if (!checkUserName(name)) return notFound(name);
  return database_.transact([&](Session& session) -> Result<void> {
    std::vector<int64_t> ids;
    session << "UPDATE users SET failed_logins = 0, locked_until_us = 0 WHERE name = $1 "
               "RETURNING id",
        into(ids), bind(name), now;
    return checkChanged(ids, name);
  });
}

Result<void> SqlUserStore::countFailure(const User& user) {
  const int64_t until = toMicroseconds(clock_.wall() + kLockTime);
  return database_.transact([&](Session& session) -> Result<void> {
    session << "UPDATE users SET failed_logins = failed_logins + 1 WHERE id = $1", bind(user.id),
        now;
    session << "UPDATE users SET locked_until_us = $1, failed_logins = 0 "
               "WHERE id = $2 AND failed_logins >= $3",
        bind(until), bind(user.id), bind(static_cast<int64_t>(kMaxFailures)), now;
    return {};
  });
}

Result<void> SqlUserStore::noteLogin(const User& user) {
  return database_.transact([&](Session& session) -> Result<void> {
    session << "UPDATE users SET failed_logins = 0, locked_until_us = 0, last_login_us = $1 "
               "WHERE id = $2",
        bind(toMicroseconds(clock_.wall())), bind(user.id), now;
    return {};
  });
}

Result<User> SqlUserStore::authenticate(const std::string& name, const std::string& password) {
  Result<std::vector<Row>> rows =
      name.empty() ? Result<std::vector<Row>>(std::vector<Row>{}) : read(name);
  if (!rows) return waf::fail(rows.error());
  const bool known = !rows->empty();
  Row row = known ? std::move(rows->front()) : Row{};
  if (row.user.locked_until) {
    return waf::fail(ErrorCode::Denied, "users",
                     "too many wrong passwords; locked until " +
                         waf::formatRfc3339(*row.user.locked_until).substr(0, 19) + "Z");
  }
  // The same work for a name that does not exist, so that the time tells nothing about names.
  const bool right = password.size() <= kMaxPasswordBytes && checkPassword(password, row.password);
  if (!known || !right) {
    if (known) {
      const Result<void> counted = countFailure(row.user);
      if (!counted) return waf::fail(counted.error());
    }
    return waf::fail(ErrorCode::Denied, "users", "user name or password is wrong");
  }
  if (row.user.disabled) {
    return waf::fail(ErrorCode::Denied, "users", "user \"" + row.user.name + "\" is disabled");
  }
  const Result<void> noted = noteLogin(row.user);
  // A login must be possible on a full disk: that is when the administrator is needed.
  if (!noted && noted.error().code != ErrorCode::Exhausted) return waf::fail(noted.error());
  row.user.last_login = clock_.wall();
  row.user.failed_logins = 0;
  return std::move(row.user);
}

}  // namespace db
