#pragma once

#include <array>
#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "gateway/loop/io_batch.h"
#include "gateway/loop/task.h"
#include "gateway/loop/timer_wheel.h"
#include "gateway/loop/unique_fd.h"
#include "gateway/loop/waiter.h"
#include "waf/base/result.h"

namespace gateway {

class IoHandle;

// One thread's epoll loop: runs the coroutines spawned on it, wakes them on readiness, time and
// posted work. Each turn first notes every event of the epoll batch and only then resumes
// coroutines, so an object may be destroyed by any coroutine without a stale event pointing at it.
// All methods are for the loop's own thread except post(), stop() and loadSnapshot counters marked
// so. run() returns when stop() was called and the last task has ended.
class EventLoop {
 public:
  static waf::Result<std::unique_ptr<EventLoop>> create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();

  // Any thread. The function runs on the loop; after run() has returned it is dropped unrun.
  void post(std::function<void()> function);
  // Any thread. Every wait, present and future, ends with Cancelled; run() returns once all tasks
  // have ended.
  void stop();

  // Starts a task that nobody awaits; it is first resumed by the loop, in this turn or the next.
  // Also before run(), from the thread that creates the loop. An exception that escapes the task
  // ends the task only, and is counted.
  void spawn(Task<void> task);

  // The time at the start of this turn: cheap, and the same for everything that one batch of events
  // causes.
  waf::MonotonicTime now() const { return now_; }
  Deadline after(std::chrono::milliseconds span) const { return now_ + span; }
  bool stopping() const { return stopping_; }
  // Any thread.
  size_t liveTasks() const { return live_tasks_.load(std::memory_order_relaxed); }
  uint64_t faults() const { return faults_.load(std::memory_order_relaxed); }

  // The loop that runs on this thread, or null.
  static EventLoop* current();

  // co_await loop.yield(): goes on in the next turn, when all that is ready ran and the kernel was
  // asked for more. Long relays call it every 64 turns.
  auto yield() {
    struct Awaiter {
      EventLoop* loop;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) const { loop->yielded_.push_back(handle); }
      void await_resume() const noexcept {}
    };
    return Awaiter{this};
  }

  // The turn's work goes in stages: what was read is looked at when all that is readable was read,
  // and what is to be written leaves when all of it was made. The kernel's paths and ours then each
  // stay in the processor's caches for the whole batch instead of driving one another out.
  // co_await loop.stage(Stage::Work) after a read, Stage::Write before a write; goes on at once
  // where nothing else is under way in this turn.
  enum class Stage : uint8_t { Work, Write };
  auto stage(Stage stage) {
    struct Awaiter {
      EventLoop* loop;
      Stage stage;
      bool await_ready() const noexcept { return loop->alone_; }
      void await_suspend(std::coroutine_handle<> handle) const {
        loop->staged_[static_cast<size_t>(stage)].push_back(handle);
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{this, stage};
  }

  // What is read or written now goes with what others of this stage read or write: null where it
  // goes by itself, since nothing else is under way in this turn or the kernel offers no such way.
  IoBatch* batch() const { return alone_ || !batching_ ? nullptr : batch_.get(); }

  // co_await loop.sleepUntil(deadline): Timeout when the time has come, Cancelled when the loop
  // stops.
  class Sleep;
  Sleep sleepUntil(Deadline deadline);
  Sleep sleepFor(std::chrono::milliseconds span);  // from now()

 private:
  friend class IoHandle;
  friend class Waiter;

  struct Posted {
    std::function<void()> function;
    Posted* next;
  };

  EventLoop(UniqueFd epoll, UniqueFd wake);
  void enqueue(std::coroutine_handle<> handle) { ready_.push_back(handle); }
  void link(Waiter* waiter);
  void unlink(Waiter* waiter);
  void collectEvents(int timeout_ms);
  void runPosted();
  void runReady();
  bool anyReady() const;
  void resumeAll(std::vector<std::coroutine_handle<>>& queue);
  void runBatch();
  void cancelAll();
  int timeoutMs() const;
  void wake();

  UniqueFd epoll_;
  UniqueFd wake_;
  waf::MonotonicTime now_;
  TimerWheel wheel_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> running_;
  std::vector<std::coroutine_handle<>> yielded_;
  std::array<std::vector<std::coroutine_handle<>>, 2> staged_;
  bool alone_ = true;  // at most one coroutine was ready when this pass began
  std::unique_ptr<IoBatch> batch_;
  std::vector<std::coroutine_handle<>> batched_;
  bool batching_ = true;
  Waiter* waiters_ = nullptr;
  bool stopping_ = false;
  std::atomic<bool> stop_requested_{false};
  std::atomic<Posted*> posted_{nullptr};
  std::atomic<size_t> live_tasks_{0};
  std::atomic<uint64_t> faults_{0};
};

class EventLoop::Sleep final : public Waiter {
 public:
  Sleep(EventLoop* loop, Deadline deadline) : Waiter(loop, deadline) {}
  bool await_ready() { return decidedAtOnce(); }
  void await_suspend(std::coroutine_handle<> handle) { wait(handle); }

 private:
  void detach() noexcept override {}
};

inline EventLoop::Sleep EventLoop::sleepUntil(Deadline deadline) { return Sleep(this, deadline); }
inline EventLoop::Sleep EventLoop::sleepFor(std::chrono::milliseconds span) {
  return Sleep(this, after(span));
}

}  // namespace gateway
