#include "admin-ui/server/auth/login_throttle.h"

#include <algorithm>

namespace admin {

std::chrono::seconds LoginThrottle::wait(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(address);
  if (found == failures_.end()) return {};
  const auto passed = clock_.monotonic() - found->second.first;
  if (passed >= kWindow) {
    failures_.erase(found);
    return {};
  }
  if (found->second.count < kFreeFailures) return {};
  return std::chrono::ceil<std::chrono::seconds>(kWindow - passed);
}

void LoginThrottle::failed(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.monotonic();
  if (failures_.size() >= kMaxAddresses) {
    std::erase_if(failures_,
                  [&](const auto& entry) { return now - entry.second.first >= kWindow; });
    if (failures_.size() >= kMaxAddresses) failures_.erase(failures_.begin());
  }
  Failures& entry = failures_[address];
  if (entry.count++ == 0) entry.first = now;
}

void LoginThrottle::succeeded(const std::string& address) {
  const std::lock_guard lock(mutex_);
  failures_.erase(address);
}

}  // namespace admin
