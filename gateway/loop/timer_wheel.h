#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "waf/base/clock.h"

namespace gateway {

// Until when an operation may take. Absolute, so that a loop of small steps cannot stretch it.
using Deadline = waf::MonotonicTime;
inline constexpr Deadline kNoDeadline = Deadline::max();

// Base of what can be armed in a TimerWheel. Armed at most once at a time; must be disarmed before
// it is destroyed.
class TimerNode {
 public:
  TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;

  bool armed() const { return next_ != nullptr; }

 protected:
  ~TimerNode() = default;
  // Called by TimerWheel::advance, already disarmed.
  virtual void onExpired() = 0;

 private:
  friend class TimerWheel;
  TimerNode* prev_ = nullptr;
  TimerNode* next_ = nullptr;
  uint64_t tick_ = 0;
  uint8_t level_ = 0;
  uint8_t slot_ = 0;
};

// A hierarchical timer wheel of one millisecond ticks: six levels of 64 slots, arm and disarm in
// constant time. A timer fires at the first tick at or after its deadline, never before. One per
// EventLoop, used on its thread only.
class TimerWheel {
 public:
  explicit TimerWheel(waf::MonotonicTime start);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  void arm(TimerNode* node, Deadline deadline);
  void disarm(TimerNode* node);

  // Fires what is due. Nodes may be armed and disarmed from onExpired.
  void advance(waf::MonotonicTime now);

  // How long the loop may sleep; nullopt-like kForever when nothing is armed. May be earlier than
  // the next expiry.
  static constexpr std::chrono::milliseconds kForever{-1};
  std::chrono::milliseconds untilNext(waf::MonotonicTime now) const;

  size_t size() const { return size_; }

 private:
  static constexpr int kLevels = 6;
  static constexpr int kSlotBits = 6;
  static constexpr uint64_t kSlots = 1u << kSlotBits;

  struct Slot final : TimerNode {
    Slot();
    void onExpired() override {}
    bool empty() const;
    friend class TimerWheel;
  };

  uint64_t tickOf(waf::MonotonicTime time) const;
  void place(TimerNode* node);
  void cascade(int level);

  waf::MonotonicTime start_;
  uint64_t now_ = 0;  // the last tick that was processed
  size_t size_ = 0;
  std::array<uint64_t, kLevels> occupied_{};
  std::array<std::array<Slot, kSlots>, kLevels> slots_;
};

}  // namespace gateway
