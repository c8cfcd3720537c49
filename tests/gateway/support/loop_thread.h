#pragma once

#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "gateway/loop/event_loop.h"
#include "gateway/loop/task.h"

namespace gateway::testing {

// An EventLoop on a thread of its own; stopped and joined by the destructor.
class LoopThread {
 public:
  LoopThread();
  ~LoopThread();

  EventLoop& loop() { return *loop_; }
  // Runs on the loop and waits for it.
  void call(const std::function<void()>& function);
  void stop();

 private:
  std::unique_ptr<EventLoop> loop_;
  std::thread thread_;
};

// Runs one task on a new loop, on this thread, until it and all that it spawned have ended.
void runToEnd(const std::function<Task<void>(EventLoop&)>& body);

}  // namespace gateway::testing
