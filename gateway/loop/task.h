#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "gateway/loop/frame_pool.h"

namespace gateway {

// Resumes a coroutine, then every parent whose child finished by that, one after the other on the
// same stack depth.
void resumeChain(std::coroutine_handle<> handle);

namespace internal {

// The coroutine that resumeChain takes up after the one that runs now.
extern constinit thread_local std::coroutine_handle<> next_to_resume;

class PromiseBase {
 public:
  static void* operator new(size_t bytes) { return FramePool::allocate(bytes); }
  static void operator delete(void* frame, size_t bytes) noexcept {
    FramePool::release(frame, bytes);
  }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      PromiseBase& promise = self.promise();
      promise.done_ = true;
      if (!promise.starting_) next_to_resume = promise.parent_;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  // Runs the child until it finishes or suspends; true when the parent must stay suspended.
  // Symmetric transfer would be the textbook way, but g++ 12 makes it a tail call only when
  // optimising and never under a sanitizer: a loop of awaits that complete at once would then
  // overflow the stack.
  bool start(std::coroutine_handle<> self, std::coroutine_handle<> parent) {
    parent_ = parent;
    starting_ = true;
    self.resume();
    starting_ = false;
    return !done_;
  }

 protected:
  void rethrow() {
    if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
  }

 private:
  std::coroutine_handle<> parent_;
  std::exception_ptr exception_;
  bool starting_ = false;
  bool done_ = false;
};

template <typename T>
class Promise;

struct Nothing {};

}  // namespace internal

// A coroutine that starts when it is awaited and gives its result to the one awaiter. Owned by the
// expression that awaits it (or by EventLoop::spawn), runs on the thread of the loop that resumes
// it, and must have finished when it is destroyed: a suspended coroutine is always resumed with a
// result code, never destroyed from outside. Failures are values; an exception that escapes anyway
// (out of memory) travels to the awaiter.
//
// Or it has its result from the start, and there is no coroutine: a plain function that returns a
// Task gives the value where it can answer at once, and calls a coroutine only where somebody may
// have to wait. A frame costs as much as many a step does.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;
  using Value = std::conditional_t<std::is_void_v<T>, internal::Nothing, T>;

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  // With its result: `return Step::GoOn;`
  Task(Value value) requires(!std::is_void_v<T>)  // NOLINT(google-explicit-constructor)
      : value_(std::move(value)) {}
  // Done.
  Task() requires(std::is_void_v<T>) = default;
  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), value_(std::move(other.value_)) {}
  Task& operator=(Task&& other) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // It has its result: take() gives it, once, and nobody need await it.
  bool ready() const { return !handle_; }
  T take() {
    if constexpr (!std::is_void_v<T>) return std::move(*value_);
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Task* task;
      bool await_ready() const noexcept { return task->ready(); }
      bool await_suspend(std::coroutine_handle<> parent) const {
        return task->handle_.promise().start(task->handle_, parent);
      }
      T await_resume() const {
        return task->ready() ? task->take() : task->handle_.promise().take();
      }
    };
    return Awaiter{this};
  }

 private:
  std::coroutine_handle<promise_type> handle_;
  std::optional<Value> value_;
};

namespace internal {

template <typename T>
class Promise final : public PromiseBase {
 public:
  Task<T> get_return_object() {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  template <typename U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object() {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  void return_void() const noexcept {}
  void take() { rethrow(); }
};

}  // namespace internal
}  // namespace gateway
