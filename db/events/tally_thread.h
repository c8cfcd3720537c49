#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "db/events/event_tally.h"

namespace db {

// Tallies rows on a thread of its own while the walk that gives them goes on: the two cost about
// the same. A count of few rows starts no thread. Owned by the walk's thread, which calls it.
class TallyThread {
 public:
  explicit TallyThread(EventTally* tally) : tally_(*tally) {}
  ~TallyThread() { finish(); }
  TallyThread(const TallyThread&) = delete;
  TallyThread& operator=(const TallyThread&) = delete;

  void add(const EventColumns& row);
  // Returns when every row is in the tally. Nothing may be added afterwards.
  void finish();

 private:
  // Rows with their texts one behind the other.
  struct Batch {
    std::vector<TallyRow> rows;  // the views are set when the batch is read
    std::vector<std::array<uint32_t, 6>> ends;
    std::string texts;
  };
  void send();
  void run();
  void tally(Batch& batch);

  EventTally& tally_;
  Batch filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace db
