#include "admin-ui/server/auth/sessions.h"

#include <openssl/sha.h>

#include <algorithm>

#include "admin-ui/server/auth/random.h"

namespace admin {
namespace {

std::string hashed(const std::string& token) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), sizeof digest);
}

}  // namespace

std::string Sessions::create(const std::string& user, const std::string& role,
                             bool must_change_password) {
  const std::string token = randomHex(32);
  Session session{user, role, must_change_password, randomHex(32), clock_.monotonic()};
  const std::lock_guard lock(mutex_);
  dropExpired();
  if (sessions_.size() >= kMaxSessions) {
    sessions_.erase(std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const auto& a, const auto& b) { return a.second.last_used < b.second.last_used; }));
  }
  sessions_.emplace(hashed(token), std::move(session));
  return token;
}

std::optional<Session> Sessions::find(const std::string& token) {
  if (token.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(hashed(token));
  if (found == sessions_.end()) return std::nullopt;
  if (clock_.monotonic() - found->second.last_used > kIdle) {
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.last_used = clock_.monotonic();
  return found->second;
}

void Sessions::remove(const std::string& token) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(hashed(token));
}

void Sessions::removeUser(const std::string& user, const std::string& except_token) {
  const std::string kept = except_token.empty() ? "" : hashed(except_token);
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    return entry.second.user == user && entry.first != kept;
  });
}

void Sessions::passwordChanged(const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(hashed(token));
  if (found != sessions_.end()) found->second.must_change_password = false;
}

void Sessions::dropExpired() {
  const auto now = clock_.monotonic();
  std::erase_if(sessions_, [&](const auto& entry) { return now - entry.second.last_used > kIdle; });
}

}  // namespace admin
