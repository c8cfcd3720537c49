#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "db/spool/loss_counter.h"
#include "db/spool/segment.h"
#include "db/store/event_log.h"

namespace db {

// Wakes the thread that waits on an eventfd, at the cost of one load when it is not waiting.
class WakeUp {
 public:
  WakeUp();

  // Any thread, after it made something to do visible (by a sequentially consistent store).
  void signal();
  // The waiting thread: prepare(), look once more for work, then wait() or cancel(). Without a
  // timeout when < 0.
  void prepare() { sleeping_.store(true); }
  void cancel() { sleeping_.store(false); }
  void wait(int timeout_ms);

 private:
  FileDescriptor event_;
  std::atomic<bool> sleeping_{false};
};

// What the spools of one process share with the threads that empty them.
struct SpoolShared {
  explicit SpoolShared(std::string spool_folder) : folder(std::move(spool_folder)) {}

  const std::string folder;
  std::string instance;  // first part of the segments' names, unique to this process
  WakeUp wake_up;
  std::atomic<uint64_t> next_sequence{1};
  std::atomic<uint64_t> appended{0};
  LossCounter losses{folder + "/losses"};  // after the folder
};

// One spool's segments, handed from the appending loop to the merging thread; spares go the other
// way. The lock is held for a few instructions, when a segment is full.
struct SpoolQueue {
  explicit SpoolQueue(uint32_t spool_number) : number(spool_number) {}

  const uint32_t number;
  std::mutex mutex;
  std::deque<std::shared_ptr<Segment>> segments;  // oldest first, the one appended to last
  std::shared_ptr<Segment> spare;
  std::vector<std::weak_ptr<Segment>> alive;  // those made that somebody still needs
  uint64_t segments_made = 0;
  bool closed = false;  // no segment follows
};

// The appending side; used by one thread.
class LoopSpool final : public EventSpool {
 public:
  LoopSpool(std::shared_ptr<SpoolShared> shared, std::shared_ptr<SpoolQueue> queue)
      : shared_(std::move(shared)), queue_(std::move(queue)) {}
  ~LoopSpool() override;

  bool append(std::string_view line, bool refusal) override;

 private:
  bool nextSegment();

  std::shared_ptr<SpoolShared> shared_;
  std::shared_ptr<SpoolQueue> queue_;
  std::shared_ptr<Segment> current_;
};

// What a segment's file is called.
std::string makeSegmentName(const std::string& instance, uint32_t spool, uint64_t number);
// The segments' files in a folder, in no order.
std::vector<std::string> segmentNames(const std::string& folder);

// Makes the spool's next spare. Any thread; two calls at once for one queue must not be made.
Result<void> makeSpare(const SpoolShared& shared, SpoolQueue& queue);

}  // namespace db
