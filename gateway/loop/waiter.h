#pragma once

#include <coroutine>
#include <cstdint>

#include "gateway/loop/timer_wheel.h"

namespace gateway {

class EventLoop;

enum class WaitResult : uint8_t {
  Ready,
  Timeout,    // the deadline passed
  Cancelled,  // somebody asked for it (drain), or the loop stops
  Closed,     // the thing that was waited for is closed
};

// A suspended coroutine and what may wake it: base of the awaitables of this folder. Lives in the
// coroutine's frame. While it waits it is known to its source (a descriptor, a signal), to the
// timer wheel and to the loop; the first of them to call complete() decides the result, and the
// coroutine is put on the run queue exactly once.
class Waiter : private TimerNode {
 public:
  // Takes the waiter from all that know it and queues the coroutine.
  void complete(WaitResult result);
  WaitResult await_resume() const noexcept { return result_; }

 protected:
  explicit Waiter(EventLoop* loop, Deadline deadline) : loop_(loop), deadline_(deadline) {}
  ~Waiter() = default;

  // Decides without suspending where that is possible: the loop stops.
  bool decidedAtOnce();
  void wait(std::coroutine_handle<> handle);
  // Takes it from its source.
  virtual void detach() noexcept = 0;

  EventLoop* loop_;
  WaitResult result_ = WaitResult::Ready;

 private:
  friend class EventLoop;
  void onExpired() final { complete(WaitResult::Timeout); }

  Deadline deadline_;
  std::coroutine_handle<> handle_;
  Waiter* prev_ = nullptr;  // the loop's list of all that wait
  Waiter* next_ = nullptr;
};

}  // namespace gateway
