// Counts: one walk through the files, newest first, whose rows are added up by a second thread.
#include <algorithm>

#include "db/events/event_place.h"
#include "db/events/event_store.h"
#include "db/events/tally_thread.h"

namespace db {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kMaxTop = 100;
// Candidates of the first file that are looked at however late it is.
constexpr size_t kLeastCandidates = 1000;
// The clock is asked once in so many candidates.
constexpr size_t kClockInterval = 64;

}  // namespace

Result<EventCounts> SqliteEventStore::count(const EventFilter& filter,
                                            const EventCountRequest& request) {
  EventCountRequest bounded = request;
  bounded.limit = std::clamp<size_t>(request.limit, 1, kMaxTop);
  bounded.step = std::max(request.step, std::chrono::seconds(1));
  EventTally tally(bounded);
  TallyThread adding(&tally);
  const Deadline deadline = Steady::now() + count_budget_;
  std::optional<int64_t> left_at;
  bool counted = false;
  for (const EventFileName& name : filesFor(filter)) {
    const Result<void> read = withFile(name, nullptr, [&](EventFile& file) -> Result<void> {
      if (file.isEmpty()) return {};
      if (counted && Steady::now() >= deadline) {
        left_at = std::max(left_at.value_or(INT64_MIN), file.newest() + 1);
        return {};
      }
      counted = true;
      EventMatcher matcher(filter);
      const auto visit = [&adding](const EventColumns& row) {
        adding.add(row);
        return EventFile::Next::Go;
      };
      const auto isLate = [&](size_t candidates) {
        return candidates >= kLeastCandidates && candidates % kClockInterval == 0 &&
               Steady::now() >= deadline;
      };
      const Result<EventFile::Walk> walk = file.walk(filter, matcher, kNewestPlace, visit, isLate);
      if (!walk) return waf::fail(walk.error());
      if (!walk->complete) left_at = std::max(left_at.value_or(INT64_MIN), walk->place);
      return file.forEachRuleMessage(
          [&tally](int64_t id, std::string_view message) { tally.nameRule(id, message); });
    });
    if (!read) return waf::fail(read.error());
  }
  adding.finish();
  EventCounts out = tally.result();
  out.partial = left_at.has_value();
  if (left_at) out.counted_back_to = fromMicroseconds(timeOfPlace(*left_at));
  return out;
}

}  // namespace db
