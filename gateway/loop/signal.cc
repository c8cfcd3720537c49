#include "gateway/loop/signal.h"

namespace gateway {

Signal::~Signal() {
  while (first_ != nullptr) first_->complete(WaitResult::Closed);
}

void Signal::notifyOne() {
  if (first_ != nullptr) first_->complete(WaitResult::Ready);
}

void Signal::notifyAll() {
  while (first_ != nullptr) first_->complete(WaitResult::Ready);
}

void Signal::Wait::await_suspend(std::coroutine_handle<> handle) {
  prev_in_signal_ = signal_->last_;
  next_in_signal_ = nullptr;
  (signal_->last_ != nullptr ? signal_->last_->next_in_signal_ : signal_->first_) = this;
  signal_->last_ = this;
  wait(handle);
}

void Signal::Wait::detach() noexcept {
  (prev_in_signal_ != nullptr ? prev_in_signal_->next_in_signal_ : signal_->first_) =
      next_in_signal_;
  (next_in_signal_ != nullptr ? next_in_signal_->prev_in_signal_ : signal_->last_) =
      prev_in_signal_;
}

}  // namespace gateway
