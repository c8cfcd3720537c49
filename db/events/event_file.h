#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "db/events/event_matcher.h"
#include "db/sqlite/connection.h"

namespace db {

// One event file with the index beside it, open for reading. Used by one thread at a time.
class EventFile {
 public:
  // NotFound for a file that the writer is just creating. Without a readable index the file is
  // searched all the same, row by row.
  static Result<std::unique_ptr<EventFile>> open(const std::string& path);

  // Whether the path still names the files that are open.
  bool isCurrent() const;
  bool isEmpty() const { return newest_ < oldest_; }
  int64_t oldest() const { return oldest_; }  // places, as refresh() found them
  int64_t newest() const { return newest_; }
  Result<void> refresh();

  // How a walk through the file ended.
  struct Walk {
    bool complete = true;
    int64_t place = 0;  // everything from here on was looked at
  };
  enum class Next { Go, Stop };
  using Visit = std::function<Next(const EventColumns&)>;
  // Called before each candidate with the number of those before; true ends the walk.
  using IsLate = std::function<bool(size_t candidates)>;

  // Visits what the filter takes below the place `before`, newest first.
  Result<Walk> walk(const EventFilter& filter, EventMatcher& matcher, int64_t before,
                    const Visit& visit, const IsLate& is_late);

  // The record of a row that was visited; "" when it is not there.
  Result<std::string> record(int64_t arrival);
  Result<std::string> recordOf(const std::string& id);
  Result<int64_t> lastArrival();
  // Rows that arrived behind `arrival`, oldest first, whether they match or not.
  Result<void> walkArrivals(int64_t arrival, size_t limit, const Visit& visit);
  Result<void> forEachRuleMessage(const std::function<void(int64_t, std::string_view)>& message);

 private:
  explicit EventFile(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  void attachIndex();
  // From walk->place on.
  Result<void> walkOnce(const EventFilter& filter, EventMatcher& matcher, const Visit& visit,
                        const IsLate& is_late, Walk* walk);
  Result<bool> takes(const EventColumns& row, EventMatcher& matcher, bool found_by_words);

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Statement> record_;
  ino_t inode_ = 0;
  ino_t index_inode_ = 0;
  bool index_usable_ = false;
  int64_t oldest_ = 0;
  int64_t newest_ = -1;
};

}  // namespace db
