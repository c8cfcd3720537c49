#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/clock.h"

namespace db {

// Ordinary: requests that nothing refused and no rule matched. They lie in
// files of their own, so that they can be kept for a shorter time than what
// matters.
enum class EventKind { Event, Ordinary };
inline constexpr EventKind kEventKinds[] = {EventKind::Event, EventKind::Ordinary};

// The name of an event file: <data_dir>/events/events-20261125.db, then
// events-20261125-2.db, …, and access-20261125.db for ordinary requests: a new
// one begins at midnight UTC or when the last one is full. Ordered by time.
struct EventFileName {
  int date = 0;  // 20261125
  int part = 1;
  EventKind kind = EventKind::Event;

  auto operator<=>(const EventFileName&) const = default;
  std::string toString() const;
  static bool parse(std::string_view name, EventFileName* out);
};

int dateOf(waf::WallTime time);
waf::WallTime startOfDate(int date);

// The files in the folder, oldest first; empty when there is no folder.
std::vector<EventFileName> listEventFiles(const std::string& folder);
std::vector<EventFileName> listEventFiles(const std::string& folder, EventKind kind);

// With its write-ahead log; 0 when it is gone.
uint64_t eventFileBytes(const std::string& folder, const EventFileName& name);
// Removes the file, its index and what SQLite keeps beside them, and gives their space back at
// once: what still has them open finds them empty, which is no error of a file that is gone.
void removeEventFile(const std::string& folder, const EventFileName& name);

}  // namespace db
