#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "db/events/event_files.h"
#include "db/events/event_place.h"
#include "waf/base/text.h"

namespace db {

// Where a page of events ended. Places order the events of one file; two files may hold the same
// place (a long transaction ends after midnight), and then the newer file comes first. Events that
// arrive later change nothing in what lies behind a cursor but what they add there.
struct EventCursor {
  int64_t place = kNewestPlace;
  EventFileName file = {99991231, 1000000, EventKind::Ordinary};  // of the last event given

  // The next page takes of a file what lies before this place.
  int64_t before(const EventFileName& name) const {
    return name < file && place < kNewestPlace ? place + 1 : place;
  }

  // "1764158400000000.17.20261126-2"; without the file where the place alone was searched.
  static EventCursor at(int64_t place) { return {place, {}}; }
  std::string toString() const {
    std::string out = std::to_string(timeOfPlace(place)) + "." +
                      std::to_string(place & ((1 << kPlaceTieBits) - 1));
    if (file.date != 0) out += "." + std::to_string(file.date) + "-" + std::to_string(file.part);
    if (file.kind == EventKind::Ordinary) out += "-a";
    return out;
  }
  // "" is the beginning; false when the text is no cursor.
  static bool parse(std::string_view text, EventCursor* out) {
    *out = EventCursor();
    if (text.empty()) return true;
    const auto take = [&text](char end, uint64_t limit, uint64_t* number) {
      const size_t size = std::min(text.find(end), text.size());
      const bool ok = waf::parseUint64(text.substr(0, size), number) && *number <= limit;
      text.remove_prefix(std::min(size + 1, text.size()));
      return ok;
    };
    uint64_t time = 0;
    uint64_t tie = 0;
    if (text.find('.') == std::string_view::npos || !take('.', INT64_MAX, &time)) return false;
    const bool has_file = text.find('.') != std::string_view::npos;
    if (!take('.', (1u << kPlaceTieBits) - 1, &tie)) return false;
    *out = at(firstPlaceAt(static_cast<int64_t>(time)) + static_cast<int64_t>(tie));
    if (!has_file) return true;
    uint64_t date = 0;
    uint64_t part = 0;
    if (!take('-', 99991231, &date) || !take('-', 1000000, &part)) return false;
    const bool ordinary = text == "a";
    out->file = {static_cast<int>(date), static_cast<int>(part),
                 ordinary ? EventKind::Ordinary : EventKind::Event};
    return (ordinary || text.empty()) && date >= 19700101 && part > 0;
  }
};

}  // namespace db
