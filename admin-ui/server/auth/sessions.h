#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "waf/base/clock.h"

namespace admin {

struct Session {
  std::string user;
  std::string role;
  bool must_change_password = false;
  std::string csrf_token;
  waf::MonotonicTime last_used;
};

// Who is logged in. In memory only: a restart logs everybody out. Keyed by the hash of the token,
// so that neither a core dump's map nor the lookup's timing gives a usable one. Any thread.
class Sessions {
 public:
  explicit Sessions(const waf::Clock& clock) : clock_(clock) {}

  // The new session's token, for the cookie. The one unused for longest makes room when there are
  // too many.
  std::string create(const std::string& user, const std::string& role, bool must_change_password);
  std::optional<Session> find(const std::string& token);  // counts as use
  void remove(const std::string& token);
  // After a change of password or a lock: every session of the user but the one of `except_token`.
  void removeUser(const std::string& user, const std::string& except_token);
  void passwordChanged(const std::string& token);

  static constexpr std::chrono::hours kIdle{12};
  static constexpr size_t kMaxSessions = 1000;

 private:
  void dropExpired();

  const waf::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Session> sessions_;
};

}  // namespace admin
