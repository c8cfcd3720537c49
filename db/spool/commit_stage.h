#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "db/events/event_writer.h"
#include "db/spool/index_stage.h"
#include "db/spool/merger.h"

namespace db {

// The thread that writes records to the event files, in batches: what arrives while a batch is
// written, or within 20 ms (200 ms in a burst), makes the next. On a failure (full disk) the
// records stay in their segments and are tried again.
class CommitStage {
 public:
  CommitStage(const std::string& folder, const waf::Clock& clock);
  // Tries once more to write what is queued; what cannot be stays in the spool for the next
  // process.
  ~CommitStage();

  // Any thread.
  void push(std::vector<RecordRef> records);
  void setLimits(const EventsConfig& limits);
  void hurry();  // write what is queued without waiting for more
  uint64_t written() const;
  std::string alarm() const;
  uint64_t indexLag() const { return index_.lag(); }
  // Until `count` records were written since the start; false when the time is over.
  bool waitForWritten(uint64_t count, std::chrono::steady_clock::time_point deadline);
  bool waitForIndex(std::chrono::steady_clock::time_point deadline) {
    return index_.waitUntilDone(deadline);
  }

 private:
  void run();
  std::vector<RecordRef> takeBatch();
  void finishBatch(const std::vector<RecordRef>& batch, const Result<void>& done);

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable progress_;
  std::deque<RecordRef> queue_;
  EventsConfig limits_;
  bool hurry_ = false;
  bool stopping_ = false;
  bool failing_ = false;
  uint64_t written_ = 0;
  std::string alarm_;          // while the failure lasts
  std::string lasting_alarm_;  // a damaged file was put aside

  IndexStage index_;
  EventWriter writer_;  // the thread's own
  std::thread thread_;
};

}  // namespace db
