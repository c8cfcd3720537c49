#pragma once

#include <coroutine>

#include "gateway/loop/event_loop.h"
#include "gateway/loop/waiter.h"

namespace gateway {

// A condition that coroutines of one loop wait for: the caller checks its predicate, waits, and
// checks again. Nothing is remembered: notify() wakes those that wait at that moment. Destroying it
// resumes them with Closed.
class Signal {
 public:
  explicit Signal(EventLoop* loop) : loop_(loop) {}
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  class Wait;
  Wait wait(Deadline deadline);
  void notifyOne();
  void notifyAll();
  bool hasWaiters() const { return first_ != nullptr; }

 private:
  EventLoop* loop_;
  Wait* first_ = nullptr;
  Wait* last_ = nullptr;
};

class Signal::Wait final : public Waiter {
 public:
  Wait(Signal* signal, EventLoop* loop, Deadline deadline)
      : Waiter(loop, deadline), signal_(signal) {}
  bool await_ready() { return decidedAtOnce(); }
  void await_suspend(std::coroutine_handle<> handle);

 private:
  friend class Signal;
  void detach() noexcept override;

  Signal* signal_;
  Wait* prev_in_signal_ = nullptr;
  Wait* next_in_signal_ = nullptr;
};

inline Signal::Wait Signal::wait(Deadline deadline) { return Wait(this, loop_, deadline); }

}  // namespace gateway
