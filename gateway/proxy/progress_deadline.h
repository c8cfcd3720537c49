#pragma once

#include <chrono>
#include <cstddef>

#include "gateway/loop/event_loop.h"

namespace gateway {

// The deadline of a body that comes in: a byte now and then is no progress, so much within the span
// is.
class ProgressDeadline {
 public:
  static constexpr size_t kBytes = 1024;

  ProgressDeadline(EventLoop* loop, std::chrono::milliseconds span)
      : loop_(loop), span_(span), deadline_(loop->after(span)) {}

  Deadline deadline() const { return deadline_; }
  // So many bytes came and went on. The time that they took to go on is not the client's.
  void moved(size_t bytes) {
    bytes_ += bytes;
    if (bytes_ < kBytes) return;
    bytes_ = 0;
    deadline_ = loop_->after(span_);
  }

 private:
  EventLoop* loop_;
  const std::chrono::milliseconds span_;
  Deadline deadline_;
  size_t bytes_ = 0;
};

}  // namespace gateway
