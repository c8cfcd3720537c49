#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/events/event_cursor.h"
#include "db/events/event_file.h"
#include "db/events/event_files.h"
#include "db/store/store.h"

namespace db {

// Reads the event files, newest first, each through a connection of its own (they are never
// ATTACHed to one another: SQLite's limit is ten). Any thread, beside the writer; a file that
// retention takes away in the middle is as if it had not been there.
class SqliteEventStore final : public EventStore {
 public:
  // A page that took longer than `search_budget` ends where it came to, with a notice how far back
  // it searched and a cursor that goes on from there; a count likewise after `count_budget`.
  explicit SqliteEventStore(
      std::string folder, std::chrono::milliseconds search_budget = std::chrono::milliseconds(350),
      std::chrono::milliseconds count_budget = std::chrono::milliseconds(550))
      : folder_(std::move(folder)), search_budget_(search_budget), count_budget_(count_budget) {}

  Result<EventPage> query(const EventFilter& filter, const std::string& cursor,
                          size_t limit) override;
  Result<std::optional<waf::AuditEvent>> find(const std::string& id) override;
  Result<EventCounts> count(const EventFilter& filter, const EventCountRequest& request) override;
  Result<void> forEach(const EventFilter& filter,
                       const std::function<bool(const waf::AuditEvent&)>& row) override;
  Result<EventTail> after(const EventFilter& filter, const std::string& cursor,
                          size_t limit) override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Row {
    int64_t place = 0;
    EventFileName file;
    std::string record;
  };
  struct Found {
    std::vector<Row> rows;
    std::optional<int64_t> resume;  // the deadline came before what is older was searched
    std::string notice;
  };

  // At most `limit` rows behind the cursor, merged from the files.
  Result<Found> fetch(const EventFilter& filter, const EventCursor& cursor, size_t limit,
                      Deadline deadline);
  Result<void> fetchFrom(EventFile& file, const EventFileName& name, const EventFilter& filter,
                         int64_t before, size_t limit, Deadline deadline, Found* found);
  // How far a live view came with the files of one kind.
  struct TailPlace {
    EventFileName file;
    int64_t arrival = 0;
    bool known = false;
  };
  static bool parsePlaces(std::string_view text, std::span<TailPlace> out);
  Result<void> beginTail(EventKind kind, TailPlace* place);
  Result<void> tailKind(EventKind kind, const EventFilter& filter, size_t limit, TailPlace* place,
                        EventTail* out);
  static Result<bool> tailFrom(EventFile& file, const EventFilter& filter, size_t limit,
                               int64_t* last, EventTail* out);
  // Files whose records may lie in the filter's range, newest first.
  std::vector<EventFileName> filesFor(const EventFilter& filter) const;

  using Work = std::function<Result<void>(EventFile&)>;
  // Runs `work` on the file. A file that is gone is no error; a damaged one is left out with a
  // notice, so that it does not hide the others.
  Result<void> withFile(const EventFileName& name, std::string* notice, const Work& work);
  Result<std::unique_ptr<EventFile>> take(const EventFileName& name);
  void giveBack(const EventFileName& name, std::unique_ptr<EventFile> file);

  const std::string folder_;
  const std::chrono::milliseconds search_budget_;
  const std::chrono::milliseconds count_budget_;
  std::mutex mutex_;
  std::multimap<EventFileName, std::unique_ptr<EventFile>> idle_;  // open files, to be used again
};

}  // namespace db
