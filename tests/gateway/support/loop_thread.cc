#include "tests/gateway/support/loop_thread.h"

#include <cstdlib>
#include <iostream>

namespace gateway::testing {

namespace {

std::unique_ptr<EventLoop> makeLoop() {
  auto loop = EventLoop::create();
  if (!loop) {
    std::cerr << loop.error().message << '\n';
    std::abort();
  }
  return std::move(loop).value();
}

Task<void> runAndStop(EventLoop& loop, const std::function<Task<void>(EventLoop&)>& body) {
  co_await body(loop);
  loop.stop();
}

}  // namespace

LoopThread::LoopThread() : loop_(makeLoop()), thread_([this] { loop_->run(); }) {}

LoopThread::~LoopThread() { stop(); }

void LoopThread::call(const std::function<void()>& function) {
  std::promise<void> done;
  loop_->post([&] {
    function();
    done.set_value();
  });
  done.get_future().wait();
}

void LoopThread::stop() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
}

void runToEnd(const std::function<Task<void>(EventLoop&)>& body) {
  const auto loop = makeLoop();
  loop->spawn(runAndStop(*loop, body));
  loop->run();
}

}  // namespace gateway::testing
