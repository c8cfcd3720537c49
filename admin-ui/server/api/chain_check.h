#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "db/store/store.h"

namespace admin {

// Whether the log of administrative acts is whole, looked at once a minute at most: the status is
// asked for every few seconds. Any thread.
class ChainCheck {
 public:
  // "" or the sentence of an alarm.
  std::string problem(db::Store& store, const waf::Clock& clock) {
    const std::lock_guard lock(mutex_);
    if (checked_ && clock.monotonic() - *checked_ < std::chrono::minutes(1)) return problem_;
    const auto found = store.adminLog().verify();
    problem_ = found ? *found : found.error().message;
    checked_ = clock.monotonic();
    return problem_;
  }

 private:
  std::mutex mutex_;
  std::optional<waf::MonotonicTime> checked_;
  std::string problem_;
};

}  // namespace admin
