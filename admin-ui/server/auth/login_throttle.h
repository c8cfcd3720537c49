#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "waf/base/clock.h"

namespace admin {

// Slows guessing of passwords down per client address, whatever user names it tries (the user store
// locks a name after ten failures; this one keeps an address from locking every name, and from
// keeping the CPU busy with scrypt). Any thread.
class LoginThrottle {
 public:
  explicit LoginThrottle(const waf::Clock& clock) : clock_(clock) {}

  // How long this address must wait before the next try; zero when it may try now.
  std::chrono::seconds wait(const std::string& address);
  void failed(const std::string& address);
  void succeeded(const std::string& address);

  static constexpr int kFreeFailures = 8;
  static constexpr std::chrono::seconds kWindow{300};
  static constexpr size_t kMaxAddresses = 10000;

 private:
  struct Failures {
    int count = 0;
    waf::MonotonicTime first;
  };

  const waf::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Failures> failures_;
};

}  // namespace admin
