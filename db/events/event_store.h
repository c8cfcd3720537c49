#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "db/events/event_files.h"
#include "db/events/event_query.h"
#include "db/sqlite/database.h"
#include "db/store/store.h"

namespace db {

// Reads the event files, newest first, one connection at a time (they are never ATTACHed: SQLite's
// limit is ten). Any thread, beside the writer; a file that retention takes away in the middle is
// as if it had not been there.
class SqliteEventStore final : public EventStore {
 public:
  // A page that took longer than `search_budget` ends before the next file, with a notice how far
  // back it searched and a cursor that goes on from there.
  explicit SqliteEventStore(std::string folder,
                            std::chrono::milliseconds search_budget = std::chrono::seconds(3))
      : folder_(std::move(folder)), search_budget_(search_budget) {}

  Result<EventPage> query(const EventFilter& filter, const std::string& cursor,
                          size_t limit) override;
  Result<std::optional<waf::AuditEvent>> find(const std::string& id) override;
  Result<EventTop> top(const EventFilter& filter, size_t limit) override;
  Result<void> forEach(const EventFilter& filter,
                       const std::function<bool(const waf::AuditEvent&)>& row) override;

 private:
  struct Row {
    EventCursor place;
    std::string record;
  };

  struct Found {
    std::vector<Row> rows;
    std::optional<EventCursor> resume;  // the deadline came before the older files were searched
    std::string notice;
  };

  // At most `limit` rows behind `cursor`, merged from the files; one file at least is searched.
  Result<Found> fetch(const EventFilter& filter, const EventCursor& cursor, size_t limit,
                      std::chrono::steady_clock::time_point deadline) const;
  static Result<void> readRows(Poco::Data::Session& session, const EventCondition& condition,
                               const EventCursor& before, const EventCursor& after, size_t limit,
                               std::vector<Row>* out);
  // Files whose records may lie in the filter's range, newest first.
  std::vector<EventFileName> filesFor(const EventFilter& filter) const;
  // Runs `work` on the file. A file that is gone is no error; a damaged one is left out with a
  // notice, so that it does not hide the others.
  Result<void> withFile(const EventFileName& name, std::string* notice,
                        const Database::Work& work) const;

  std::string folder_;
  std::chrono::milliseconds search_budget_;
};

}  // namespace db
