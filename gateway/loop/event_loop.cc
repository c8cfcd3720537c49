#include "gateway/loop/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "gateway/loop/io_handle.h"

// One turn: wait in epoll, note the events, fire timers, run posted functions, resume what has
// become ready, and what that starts or wakes, in a few passes: a request that came, the answer
// that wakes its connection's writer, need no further look at the kernel. The waiters that the
// first three complete are only queued, so no object can vanish while the batch still names it.
namespace gateway {

namespace {

constexpr int kEventsPerTurn = 256;
// Who wakes one another on and on must not keep the others' events from being seen.
constexpr int kPassesPerTurn = 4;
constexpr int kBatchesPerStage = 8;

thread_local EventLoop* current_loop = nullptr;

// The root of a spawned task: frees its own frame at the end.
struct Detached {
  struct promise_type {
    static void* operator new(size_t bytes) { return FramePool::allocate(bytes); }
    static void operator delete(void* frame, size_t bytes) noexcept {
      FramePool::release(frame, bytes);
    }
    Detached get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

Detached runDetached(Task<void> task, std::atomic<size_t>* live, std::atomic<uint64_t>* faults) {
  try {
    co_await std::move(task);
  } catch (...) {
    faults->fetch_add(1, std::memory_order_relaxed);
  }
  live->fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace

waf::Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (!epoll || !wake || ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return waf::fail(waf::ErrorCode::Exhausted, "loop",
                     std::string("event loop: epoll: ") + std::strerror(errno));
  }
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll), std::move(wake)));
}

EventLoop::EventLoop(UniqueFd epoll, UniqueFd wake)
    : epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      now_(std::chrono::steady_clock::now()),
      wheel_(now_) {}

EventLoop::~EventLoop() {
  // Not empty only where run() was never called: then these are tasks that have not started.
  for (const std::coroutine_handle<> unstarted : ready_) unstarted.destroy();
  Posted* posted = posted_.exchange(nullptr);
  while (posted != nullptr) {
    Posted* next = posted->next;
    delete posted;
    posted = next;
  }
}

EventLoop* EventLoop::current() { return current_loop; }

void EventLoop::post(std::function<void()> function) {
  Posted* newest = posted_.load(std::memory_order_relaxed);
  auto* posted = new Posted{std::move(function), newest};
  // Once it is published the loop may run and free it: nothing of it is looked at after that.
  while (!posted_.compare_exchange_weak(newest, posted, std::memory_order_release,
                                        std::memory_order_relaxed)) {
    posted->next = newest;
  }
  // Only the first of a batch needs to wake the loop.
  if (newest == nullptr) wake();
}

void EventLoop::stop() {
  stop_requested_.store(true, std::memory_order_release);
  wake();
}

void EventLoop::wake() {
  const uint64_t one = 1;
  // EAGAIN means that the counter is far from zero: the loop is awake.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void EventLoop::spawn(Task<void> task) {
  live_tasks_.fetch_add(1, std::memory_order_relaxed);
  enqueue(runDetached(std::move(task), &live_tasks_, &faults_).handle);
}

void EventLoop::run() {
  EventLoop* const outer = std::exchange(current_loop, this);
  batch_ = IoBatch::create();  // it belongs to the thread
  for (;;) {
    runReady();
    if (stop_requested_.load(std::memory_order_acquire) && !stopping_) {
      stopping_ = true;
      cancelAll();
    }
    if (stopping_ && !anyReady() && liveTasks() == 0) break;
    collectEvents(timeoutMs());
    wheel_.advance(now_);
    runPosted();
  }
  current_loop = outer;
}

int EventLoop::timeoutMs() const {
  if (anyReady()) return 0;
  const auto wait = wheel_.untilNext(std::chrono::steady_clock::now());
  if (wait == TimerWheel::kForever) return -1;
  return static_cast<int>(std::min<int64_t>(wait.count(), std::numeric_limits<int>::max()));
}

void EventLoop::collectEvents(int timeout_ms) {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, timeout_ms);
  now_ = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    if (event.data.ptr != nullptr) {
      static_cast<IoHandle*>(event.data.ptr)->onEvents(event.events);
      continue;
    }
    // Cleared before the queue is taken, so a post after that wakes again.
    uint64_t value = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &value, sizeof value);
  }
}

void EventLoop::runPosted() {
  if (posted_.load(std::memory_order_relaxed) == nullptr) return;
  Posted* newest = posted_.exchange(nullptr, std::memory_order_acquire);
  Posted* oldest = nullptr;
  while (newest != nullptr) {
    Posted* next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != nullptr) {
    const std::unique_ptr<Posted> posted(oldest);
    oldest = posted->next;
    try {
      posted->function();
    } catch (...) {
      faults_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

bool EventLoop::anyReady() const {
  return !ready_.empty() || !staged_[0].empty() || !staged_[1].empty() || !yielded_.empty();
}

void EventLoop::runReady() {
  ready_.insert(ready_.end(), yielded_.begin(), yielded_.end());
  yielded_.clear();
  for (int pass = 0; pass < kPassesPerTurn; ++pass) {
    alone_ = ready_.size() < 2;
    resumeAll(ready_);
    runBatch();
    for (auto& stage : staged_) {
      resumeAll(stage);
      runBatch();
    }
    if (ready_.empty() && staged_[0].empty()) break;
  }
}

void EventLoop::resumeAll(std::vector<std::coroutine_handle<>>& queue) {
  running_.swap(queue);
  for (const std::coroutine_handle<> handle : running_) resumeChain(handle);
  running_.clear();
}

// Who reads on and on does so by itself after some rounds, as far as it goes.
void EventLoop::runBatch() {
  if (batch_ == nullptr) return;
  for (int round = 0; !batch_->empty(); ++round) {
    batch_->run(&batched_);
    batching_ = round < kBatchesPerStage;
    for (size_t i = 0; i < batched_.size(); ++i) resumeChain(batched_[i]);
    batched_.clear();
  }
  batching_ = true;
}

void EventLoop::link(Waiter* waiter) {
  waiter->prev_ = nullptr;
  waiter->next_ = waiters_;
  if (waiters_ != nullptr) waiters_->prev_ = waiter;
  waiters_ = waiter;
}

void EventLoop::unlink(Waiter* waiter) {
  if (waiter->prev_ != nullptr) {
    waiter->prev_->next_ = waiter->next_;
  } else {
    waiters_ = waiter->next_;
  }
  if (waiter->next_ != nullptr) waiter->next_->prev_ = waiter->prev_;
}

void EventLoop::cancelAll() {
  while (waiters_ != nullptr) waiters_->complete(WaitResult::Cancelled);
}

}  // namespace gateway
