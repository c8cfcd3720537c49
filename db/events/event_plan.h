#pragma once

#include <cstdint>
#include <vector>

#include "db/filter/event_filter.h"
#include "db/sqlite/connection.h"

namespace db {

// The rows of one event file that a filter can take, newest first: from the narrowest index that
// the filter allows, or all of them. Statements deliver kEventColumns in descending places; the
// same place may come from several and is given once.
class EventPlan {
 public:
  // `indexed` is the arrival up to which the attached index goes; 0: there is none.
  static Result<EventPlan> make(Connection& connection, const EventFilter& filter, int64_t first,
                                int64_t before, int64_t indexed);

  // The next row, or null at the end. Valid until the next call.
  Result<const Statement*> next();
  // Whether the row that next() gave was found by its words.
  bool foundByWords() const { return by_words_ && sources_[current_].of_index; }

 private:
  struct Source {
    Statement statement;
    bool of_index = false;  // rows behind `indexed` come from the tail
    int64_t place = 0;
    bool started = false;
    bool ended = false;
  };
  struct Maker;

  Result<void> advance(Source& source);

  std::vector<Source> sources_;
  size_t current_ = 0;
  bool has_current_ = false;
  bool by_words_ = false;
  int64_t indexed_ = 0;
};

}  // namespace db
