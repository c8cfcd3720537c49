#include "gateway/loop/waiter.h"

#include <cassert>
#include <utility>

#include "gateway/loop/event_loop.h"

namespace gateway {

bool Waiter::decidedAtOnce() {
  if (loop_->stopping()) {
    result_ = WaitResult::Cancelled;
    return true;
  }
  if (deadline_ <= loop_->now()) {
    result_ = WaitResult::Timeout;
    return true;
  }
  return false;
}

void Waiter::wait(std::coroutine_handle<> handle) {
  assert(EventLoop::current() == loop_);
  handle_ = handle;
  loop_->link(this);
  if (deadline_ != kNoDeadline) loop_->wheel_.arm(this, deadline_);
}

void Waiter::complete(WaitResult result) {
  assert(handle_);
  loop_->wheel_.disarm(this);
  loop_->unlink(this);
  detach();
  result_ = result;
  loop_->enqueue(std::exchange(handle_, nullptr));
}

}  // namespace gateway
