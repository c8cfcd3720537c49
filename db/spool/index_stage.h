#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "db/events/event_indexer.h"

namespace db {

// The thread that makes the indexes by rule and by word, behind the one that writes the events.
// What it has not come to is found all the same, only slower.
class IndexStage {
 public:
  explicit IndexStage(std::string folder);
  // Leaves what is not indexed to the next process.
  ~IndexStage();

  // Any thread: so many more events were committed.
  void announce(size_t events);
  uint64_t lag() const;
  std::string alarm() const;
  // Until nothing is left; false when the time is over.
  bool waitUntilDone(std::chrono::steady_clock::time_point deadline);

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable progress_;
  uint64_t left_ = 0;
  size_t waiting_ = 0;    // who waits until nothing is left
  bool counted_ = false;  // what earlier processes left
  bool stopping_ = false;
  std::string alarm_;

  EventIndexer indexer_;  // the thread's own
  std::thread thread_;
};

}  // namespace db
