#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace admin {

// The live views that wait for events: each holds a thread of the admin server, so there are few of
// them, and at the end none of them is waited for. Any thread.
class LiveViews {
 public:
  static constexpr int kMost = 8;

  // One of them, for as long as it lives.
  class Seat {
   public:
    explicit Seat(LiveViews& views) : views_(views), admitted_(views.enter()) {}
    ~Seat() {
      if (admitted_) views_.leave();
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    bool admitted() const { return admitted_; }

   private:
    LiveViews& views_;
    const bool admitted_;
  };

  // False when the server stops.
  bool sleep(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, time, [this] { return stopping_; });
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stopped_.notify_all();
  }

 private:
  bool enter() {
    const std::lock_guard lock(mutex_);
    if (stopping_ || count_ >= kMost) return false;
    ++count_;
    return true;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    --count_;
  }

  std::mutex mutex_;
  std::condition_variable stopped_;
  int count_ = 0;
  bool stopping_ = false;
};

}  // namespace admin
