#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/clock.h"

namespace db {

// The name of an event file: <data_dir>/events/events-20261125.db, then events-20261125-2.db, …: a
// new one begins at midnight UTC or when the last one is full. Ordered by time.
struct EventFileName {
  int date = 0;  // 20261125
  int part = 1;

  auto operator<=>(const EventFileName&) const = default;
  std::string toString() const;
  static bool parse(std::string_view name, EventFileName* out);
};

int dateOf(waf::WallTime time);
waf::WallTime startOfDate(int date);

// The files in the folder, oldest first; empty when there is no folder.
std::vector<EventFileName> listEventFiles(const std::string& folder);

// With its write-ahead log; 0 when it is gone.
uint64_t eventFileBytes(const std::string& folder, const EventFileName& name);
// Removes the file and what SQLite keeps beside it. Readers that have it open go on undisturbed.
void removeEventFile(const std::string& folder, const EventFileName& name);

}  // namespace db
