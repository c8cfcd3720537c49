#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "gateway/config/snapshot.h"

namespace gateway {

// The snapshot in force. publish() from the control thread, current() from any thread; loops read
// it through a SnapshotView of their own.
class SnapshotSource {
 public:
  void publish(std::shared_ptr<const Snapshot> snapshot) {
    const std::scoped_lock lock(mutex_);
    snapshot_ = std::move(snapshot);
    // Before anybody sees it by current(): what status() tells of, the loops serve.
    generation_.fetch_add(1, std::memory_order_release);
  }
  std::shared_ptr<const Snapshot> current() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::atomic<uint64_t> generation_{0};
};

// One loop's view: a request pays one load of a shared counter, and counts its pin in a control
// block that belongs to this loop alone, so that loops do not fight for a cache line. Loop thread
// only.
class SnapshotView {
 public:
  explicit SnapshotView(const SnapshotSource& source) : source_(source) {}

  const std::shared_ptr<const Snapshot>& current() {
    const uint64_t generation = source_.generation();
    if (generation != generation_) {
      auto holder = std::make_shared<std::shared_ptr<const Snapshot>>(source_.current());
      const Snapshot* snapshot = holder->get();
      local_ = std::shared_ptr<const Snapshot>(std::move(holder), snapshot);
      generation_ = generation;
    }
    return local_;
  }

 private:
  const SnapshotSource& source_;
  uint64_t generation_ = 0;
  std::shared_ptr<const Snapshot> local_;
};

}  // namespace gateway
