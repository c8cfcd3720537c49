#include "gateway/loop/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <cassert>

// Level L has 64 slots of 64^L ticks each. A node lies on the lowest level on which its tick and
// the current one differ in no higher digit (base 64); when the current tick enters a slot of a
// level above 0, that slot's nodes are placed anew and so come down.
namespace gateway {

TimerWheel::Slot::Slot() {
  prev_ = this;
  next_ = this;
}

bool TimerWheel::Slot::empty() const { return next_ == this; }

TimerWheel::TimerWheel(waf::MonotonicTime start) : start_(start) {}

// Rounded up: a timer must not fire before its deadline.
uint64_t TimerWheel::tickOf(waf::MonotonicTime time) const {
  if (time <= start_) return 0;
  const auto span = time - start_;
  auto ticks = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  if (std::chrono::milliseconds(ticks) < span) ++ticks;
  return static_cast<uint64_t>(ticks);
}

void TimerWheel::arm(TimerNode* node, Deadline deadline) {
  assert(!node->armed());
  // Deadlines further than the wheel reaches (two years) fire then.
  constexpr uint64_t kReach = (uint64_t{1} << (kLevels * kSlotBits)) - 1;
  const uint64_t tick = deadline == kNoDeadline ? now_ + kReach : tickOf(deadline);
  node->tick_ = std::clamp(tick, now_ + 1, now_ + kReach);
  place(node);
  ++size_;
}

void TimerWheel::place(TimerNode* node) {
  const uint64_t differing = node->tick_ ^ now_;
  int level = differing == 0 ? 0 : (static_cast<int>(std::bit_width(differing)) - 1) / kSlotBits;
  level = std::min(level, kLevels - 1);
  const uint64_t slot = (node->tick_ >> (level * kSlotBits)) & (kSlots - 1);
  node->level_ = static_cast<uint8_t>(level);
  node->slot_ = static_cast<uint8_t>(slot);
  Slot& list = slots_[static_cast<size_t>(level)][slot];
  node->prev_ = list.prev_;
  node->next_ = &list;
  list.prev_->next_ = node;
  list.prev_ = node;
  occupied_[static_cast<size_t>(level)] |= uint64_t{1} << slot;
}

void TimerWheel::disarm(TimerNode* node) {
  if (!node->armed()) return;
  node->prev_->next_ = node->next_;
  node->next_->prev_ = node->prev_;
  node->prev_ = nullptr;
  node->next_ = nullptr;
  --size_;
  if (slots_[node->level_][node->slot_].empty()) {
    occupied_[node->level_] &= ~(uint64_t{1} << node->slot_);
  }
}

void TimerWheel::cascade(int level) {
  const uint64_t slot = (now_ >> (level * kSlotBits)) & (kSlots - 1);
  if (slot == 0 && level + 1 < kLevels) cascade(level + 1);
  Slot& list = slots_[static_cast<size_t>(level)][slot];
  TimerNode* node = list.next_;
  list.prev_ = &list;
  list.next_ = &list;
  occupied_[static_cast<size_t>(level)] &= ~(uint64_t{1} << slot);
  while (node != &list) {
    TimerNode* following = node->next_;
    place(node);
    node = following;
  }
}

void TimerWheel::advance(waf::MonotonicTime now) {
  // Rounded down: only whole ticks have passed.
  const uint64_t target =
      now <= start_
          ? 0
          : static_cast<uint64_t>(
                std::chrono::duration_cast<std::chrono::milliseconds>(now - start_).count());
  while (now_ < target) {
    if (size_ == 0) {
      now_ = target;
      return;
    }
    // Nothing on level 0 before its end: jump to the tick before the next turn of level 1.
    if (occupied_[0] == 0) now_ = std::max(now_, std::min(target, now_ | (kSlots - 1)));
    if (now_ == target) return;
    ++now_;
    if ((now_ & (kSlots - 1)) == 0) cascade(1);
    Slot& list = slots_[0][now_ & (kSlots - 1)];
    while (!list.empty()) {
      TimerNode* node = list.next_;
      disarm(node);
      node->onExpired();
    }
  }
}

std::chrono::milliseconds TimerWheel::untilNext(waf::MonotonicTime now) const {
  if (size_ == 0) return kForever;
  uint64_t next = 0;
  for (int level = 0; level < kLevels; ++level) {
    const uint64_t occupied = occupied_[static_cast<size_t>(level)];
    if (occupied == 0) continue;
    // The first occupied slot behind the current one, in turning order, and the tick at which it
    // begins.
    const int shift = level * kSlotBits;
    const uint64_t position = (now_ >> shift) & (kSlots - 1);
    const uint64_t turned = std::rotr(occupied, static_cast<int>((position + 1) & (kSlots - 1)));
    const uint64_t distance = static_cast<uint64_t>(std::countr_zero(turned)) + 1;
    next = ((now_ >> shift) + distance) << shift;
    break;
  }
  const auto at = start_ + std::chrono::milliseconds(static_cast<int64_t>(next));
  if (at <= now) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(at - now);
}

}  // namespace gateway
