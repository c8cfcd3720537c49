#include "db/events/event_store.h"

#include <algorithm>

#include "db/events/event_place.h"
#include "db/events/event_row.h"
#include "waf/base/ulid.h"

namespace db {
namespace {

using waf::ErrorCode;
using Steady = std::chrono::steady_clock;

constexpr size_t kMaxPage = 1000;
constexpr size_t kExportPage = 500;
constexpr size_t kMaxIdle = 32;
// Candidates of the first file that are looked at however late it is, so that a cursor moves on.
constexpr size_t kLeastCandidates = 1000;
// The clock is asked once in so many candidates.
constexpr size_t kClockInterval = 64;

std::string searchedBackTo(int64_t place) {
  return "searched back to " + waf::formatRfc3339(fromMicroseconds(timeOfPlace(place)));
}

// Whether no ordinary request can match: they have no rules and were passed.
bool takesEventsAlone(const EventFilter& filter) {
  return std::any_of(filter.terms.begin(), filter.terms.end(), [](const EventTerm& term) {
    if (term.negated) return false;
    if (term.field == EventField::Rule) return true;
    return term.field == EventField::Decision &&
           std::none_of(term.values.begin(), term.values.end(), [](const EventValue& value) {
             return value.low <= static_cast<int64_t>(waf::Decision::Passed);
           });
  });
}

}  // namespace

std::vector<EventFileName> SqliteEventStore::filesFor(const EventFilter& filter) const {
  std::vector<EventFileName> files = listEventFiles(folder_);
  std::reverse(files.begin(), files.end());
  // A record is written when its transaction ends, never before it began: a
  // file of an earlier day cannot hold a later one. How long a transaction may
  // take is open, so `until` bounds nothing here.
  if (takesEventsAlone(filter)) {
    std::erase_if(files,
                  [](const EventFileName& name) { return name.kind == EventKind::Ordinary; });
  }
  if (filter.since) {
    const int first = dateOf(*filter.since);
    std::erase_if(files, [first](const EventFileName& name) { return name.date < first; });
  }
  return files;
}

Result<std::unique_ptr<EventFile>> SqliteEventStore::take(const EventFileName& name) {
  while (true) {
    std::unique_ptr<EventFile> file;
    {
      const std::lock_guard lock(mutex_);
      const auto found = idle_.find(name);
      if (found == idle_.end()) break;
      file = std::move(found->second);
      idle_.erase(found);
    }
    if (file->isCurrent() && file->refresh()) return file;
  }
  return EventFile::open(folder_ + "/" + name.toString());
}

void SqliteEventStore::giveBack(const EventFileName& name, std::unique_ptr<EventFile> file) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= kMaxIdle) idle_.erase(idle_.begin());
  idle_.emplace(name, std::move(file));
}

Result<void> SqliteEventStore::withFile(const EventFileName& name, std::string* notice,
                                        const Work& work) {
  Result<std::unique_ptr<EventFile>> file = take(name);
  Result<void> done = file ? work(**file) : waf::fail(file.error());
  if (done) {
    giveBack(name, std::move(*file));
    return done;
  }
  const std::vector<EventFileName> files = listEventFiles(folder_);
  const bool gone = std::find(files.begin(), files.end(), name) == files.end();
  if (gone || done.error().code == ErrorCode::NotFound) return {};
  if (done.error().code == ErrorCode::Corrupt) {
    if (notice != nullptr) *notice = done.error().message + "; its events are left out";
    return {};
  }
  return done;
}

Result<SqliteEventStore::Found> SqliteEventStore::fetch(const EventFilter& filter,
                                                        const EventCursor& cursor, size_t limit,
                                                        Deadline deadline) {
  Found found;
  bool searched = false;
  for (const EventFileName& name : filesFor(filter)) {
    const int64_t before = cursor.before(name);
    const Result<void> read = withFile(name, &found.notice, [&](EventFile& file) -> Result<void> {
      const bool full = found.rows.size() >= limit;
      if (file.isEmpty() || file.oldest() >= before) return {};
      if (full && file.newest() < found.rows[limit - 1].place) return {};
      if (searched && !full && Steady::now() >= deadline) {
        const int64_t unsearched = std::min(before, file.newest() + 1);
        found.resume = std::max(found.resume.value_or(INT64_MIN), unsearched);
        return {};
      }
      searched = true;
      return fetchFrom(file, name, filter, before, limit, deadline, &found);
    });
    if (!read) return waf::fail(read.error());
    std::sort(found.rows.begin(), found.rows.end(), [](const Row& a, const Row& b) {
      return a.place != b.place ? a.place > b.place : a.file > b.file;
    });
    if (found.rows.size() > limit) found.rows.resize(limit);
  }
  // What lies behind the place where a file was left is found again from there.
  if (found.resume) {
    std::erase_if(found.rows, [&found](const Row& row) { return row.place < *found.resume; });
    if (found.rows.size() == limit) found.resume.reset();
  }
  return found;
}

Result<void> SqliteEventStore::fetchFrom(EventFile& file, const EventFileName& name,
                                         const EventFilter& filter, int64_t before, size_t limit,
                                         Deadline deadline, Found* found) {
  EventMatcher matcher(filter);
  size_t taken = 0;
  std::string failure;
  const auto visit = [&](const EventColumns& row) {
    found->rows.push_back({row.place(), name, ""});
    const Result<std::string> record = file.record(row.arrival());
    if (!record) failure = record.error().message;
    if (record) found->rows.back().record = *record;
    return ++taken >= limit || !record ? EventFile::Next::Stop : EventFile::Next::Go;
  };
  const auto isLate = [&](size_t candidates) {
    return candidates >= kLeastCandidates && candidates % kClockInterval == 0 &&
           Steady::now() >= deadline;
  };
  const Result<EventFile::Walk> walk = file.walk(filter, matcher, before, visit, isLate);
  if (!walk) return waf::fail(walk.error());
  if (!failure.empty()) return waf::fail(ErrorCode::Corrupt, "db", failure);
  if (!walk->complete && taken < limit) {
    found->resume = std::max(found->resume.value_or(INT64_MIN), walk->place);
  }
  return {};
}

Result<EventPage> SqliteEventStore::query(const EventFilter& filter, const std::string& cursor,
                                          size_t limit) {
  EventCursor from;
  if (!EventCursor::parse(cursor, &from)) {
    return waf::fail(ErrorCode::Invalid, "db", "cursor is not one that a page of events gave");
  }
  limit = std::clamp<size_t>(limit, 1, kMaxPage);
  EventPage page;
  const Result<Found> found = fetch(filter, from, limit, Steady::now() + search_budget_);
  if (!found) return waf::fail(found.error());
  for (const Row& row : found->rows) {
    waf::AuditEvent event;
    if (waf::parseAuditJson(row.record, &event)) page.events.push_back(summarize(event));
  }
  page.notice = found->notice;
  if (found->rows.size() == limit) {
    page.next_cursor = EventCursor{found->rows.back().place, found->rows.back().file}.toString();
  }
  if (found->resume) {
    page.next_cursor = EventCursor::at(*found->resume).toString();
    page.notice = searchedBackTo(*found->resume);
  }
  return page;
}

Result<std::optional<waf::AuditEvent>> SqliteEventStore::find(const std::string& id) {
  std::vector<EventFileName> files = listEventFiles(folder_);
  waf::WallTime time;
  if (waf::ulidTime(id, &time)) {
    // Nearly always in the file of its day; a long transaction ends in a later one.
    const int date = dateOf(time);
    std::stable_partition(files.begin(), files.end(),
                          [date](const EventFileName& name) { return name.date >= date; });
  } else {
    std::reverse(files.begin(), files.end());
  }
  for (const EventFileName& name : files) {
    std::string record;
    const Result<void> read = withFile(name, nullptr, [&](EventFile& file) -> Result<void> {
      Result<std::string> found = file.recordOf(id);
      if (!found) return waf::fail(found.error());
      record = std::move(*found);
      return {};
    });
    if (!read) return waf::fail(read.error());
    waf::AuditEvent event;
    if (!record.empty() && waf::parseAuditJson(record, &event)) {
      return std::optional(std::move(event));
    }
  }
  return std::optional<waf::AuditEvent>();
}

Result<void> SqliteEventStore::forEach(const EventFilter& filter,
                                       const std::function<bool(const waf::AuditEvent&)>& row) {
  EventCursor from;
  while (true) {
    const Result<Found> found = fetch(filter, from, kExportPage, Deadline::max());
    if (!found) return waf::fail(found.error());
    for (const Row& stored : found->rows) {
      waf::AuditEvent event;
      if (waf::parseAuditJson(stored.record, &event) && !row(event)) return {};
    }
    if (found->rows.size() < kExportPage) return {};
    from = {found->rows.back().place, found->rows.back().file};
  }
}

}  // namespace db
