// The live view, of each kind of file: a file's events in the order of their
// arrivals, then the next file's. The writer begins a file when the one before
// is whole, and an arrival is counted within the transaction that makes it
// visible, so that nothing comes in before a cursor. Events stand before the
// ordinary requests of the same call.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "db/events/event_row.h"
#include "db/events/event_store.h"

namespace db {
namespace {

using waf::ErrorCode;

constexpr size_t kMaxPage = 1000;
constexpr size_t kMaxArrivals = 5000;  // looked at in one call

}  // namespace

// "events-20261125.db:17,access-20261125.db:3": of each kind the file and the
// arrival in it.
bool SqliteEventStore::parsePlaces(std::string_view text, std::span<TailPlace> out) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const size_t colon = part.find(':');
    TailPlace place;
    uint64_t arrival = 0;
    if (colon == std::string_view::npos ||
        !EventFileName::parse(part.substr(0, colon), &place.file) ||
        !waf::parseUint64(part.substr(colon + 1), &arrival) || arrival > INT64_MAX) {
      return false;
    }
    place.arrival = static_cast<int64_t>(arrival);
    place.known = true;
    out[static_cast<size_t>(place.file.kind)] = place;
  }
  return true;
}

Result<EventTail> SqliteEventStore::after(const EventFilter& filter, const std::string& cursor,
                                          size_t limit) {
  std::array<TailPlace, std::size(kEventKinds)> places;
  if (!cursor.empty() && !parsePlaces(cursor, places)) {
    return waf::fail(ErrorCode::Invalid, "db", "cursor is not one that the live view gave");
  }
  limit = std::clamp<size_t>(limit, 1, kMaxPage);
  EventTail out;
  for (const EventKind kind : kEventKinds) {
    TailPlace& place = places[static_cast<size_t>(kind)];
    const Result<void> read =
        place.known ? tailKind(kind, filter, limit, &place, &out) : beginTail(kind, &place);
    if (!read) return waf::fail(read.error());
  }
  for (const TailPlace& place : places) {
    if (!out.cursor.empty()) out.cursor += ',';
    out.cursor += place.file.toString() + ":" + std::to_string(place.arrival);
  }
  return out;
}

Result<void> SqliteEventStore::tailKind(EventKind kind, const EventFilter& filter, size_t limit,
                                        TailPlace* place, EventTail* out) {
  bool more = true;  // a file must be read to its end before the next one
  const TailPlace from = *place;
  for (const EventFileName& name : listEventFiles(folder_, kind)) {
    if (name < from.file || !more || out->events.size() >= limit) continue;
    const Result<void> read = withFile(name, nullptr, [&](EventFile& file) -> Result<void> {
      int64_t last = name == from.file ? from.arrival : 0;
      const Result<bool> ended = tailFrom(file, filter, limit, &last, out);
      if (!ended) return waf::fail(ended.error());
      *place = {name, last, true};
      more = *ended;
      return {};
    });
    if (!read) return read;
  }
  return {};
}

// Behind what is in the newest file now; before the first one, behind the
// oldest name. A file that is just being created holds nothing yet.
Result<void> SqliteEventStore::beginTail(EventKind kind, TailPlace* place) {
  *place = {{19700101, 1, kind}, 0, true};
  const std::vector<EventFileName> files = listEventFiles(folder_, kind);
  if (files.empty()) return {};
  place->file = files.back();
  return withFile(files.back(), nullptr, [place](EventFile& file) -> Result<void> {
    const Result<int64_t> end = file.lastArrival();
    if (!end) return waf::fail(end.error());
    place->arrival = *end;
    return {};
  });
}

// What came into the file behind `*last`, which moves on; whether that was all.
Result<bool> SqliteEventStore::tailFrom(EventFile& file, const EventFilter& filter, size_t limit,
                                        int64_t* last, EventTail* out) {
  EventMatcher matcher(filter);
  size_t visited = 0;
  std::optional<waf::Error> failure;
  const auto visit = [&](const EventColumns& row) {
    const bool outside = row.place() < matcher.first_place() || row.place() >= matcher.end_place();
    if (!outside && matcher.matchesColumns(row)) {
      const Result<std::string> record = file.record(row.arrival());
      if (!record && record.error().code != ErrorCode::Corrupt) {
        failure = record.error();
        return EventFile::Next::Stop;
      }
      waf::AuditEvent event;
      const bool taken =
          record && (!matcher.needsText(false) || matcher.matchesText(*record, false));
      if (taken && waf::parseAuditJson(*record, &event)) out->events.push_back(summarize(event));
    }
    *last = row.arrival();
    ++visited;
    return out->events.size() >= limit ? EventFile::Next::Stop : EventFile::Next::Go;
  };
  const Result<void> walked = file.walkArrivals(*last, kMaxArrivals, visit);
  if (failure) return waf::fail(*failure);
  // What lies behind damage cannot be read; what was read before it is not given again.
  if (!walked && walked.error().code == ErrorCode::Corrupt) return true;
  if (!walked) return waf::fail(walked.error());
  return visited < kMaxArrivals && out->events.size() < limit;
}

}  // namespace db
