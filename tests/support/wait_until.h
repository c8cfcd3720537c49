#pragma once

#include <chrono>
#include <thread>

namespace tests {

// Longer than a busy machine makes anybody wait; only a test that fails waits for so long.
inline constexpr std::chrono::seconds kPatience{30};

// Whether the condition comes to hold.
template <typename Condition>
bool waitUntil(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const bool late = std::chrono::steady_clock::now() >= deadline;
    if (condition()) return true;
    if (late) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace tests
