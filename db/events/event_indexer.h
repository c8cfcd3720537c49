#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "db/events/event_files.h"
#include "db/events/record_scanner.h"
#include "db/sqlite/connection.h"

namespace db {

std::string indexPath(const std::string& event_file);
// Readers that have it open go on with it.
void removeIndex(const std::string& event_file);

// The second stage: makes the index by rule and by word beside each event file, from the file
// itself, so that a missing or damaged index is only made anew. Used by one thread.
class EventIndexer {
 public:
  explicit EventIndexer(std::string folder) : folder_(std::move(folder)) {}

  // Indexes at most `max_rows` events, of the newest file that has some left; 0 when all are done.
  Result<size_t> advance(size_t max_rows);

  // Events that are not indexed yet, over all files.
  uint64_t countLeft();

 private:
  struct Row {
    int64_t arrival = 0;
    int64_t place = 0;
    std::string rules;
    std::string text;
  };

  Result<void> openFile(const EventFileName& name);
  Result<void> openIndex(const std::string& path);
  Result<void> checkIndex();
  Result<int64_t> progress() { return index_->number("SELECT arrival FROM progress"); }
  Result<size_t> indexFile(size_t max_rows);
  waf::Error afterFault(const waf::Error& error);
  Result<std::vector<Row>> readRows(int64_t after, size_t max_rows);
  // In the order of their places; `last` is the one with the last arrival.
  Result<void> writeRows(const std::vector<Row>& rows, const Row& last);
  void close();

  std::string folder_;
  std::set<EventFileName> finished_;  // nothing is left to do, and another file followed
  std::set<EventFileName> damaged_;   // of these: the event file cannot be read
  EventFileName open_;
  std::unique_ptr<Connection> events_;
  std::unique_ptr<Connection> index_;
  RecordFields fields_;
};

}  // namespace db
