#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "db/config/config.h"
#include "db/events/event_files.h"
#include "db/events/event_row.h"
#include "db/sqlite/connection.h"
#include "waf/base/clock.h"

namespace db {

// A record on its way from the spool to an event file.
struct SpooledRecord {
  uint64_t sequence = 0;
  std::string_view line;
  std::string_view segment;  // name of the spool segment
  uint64_t end_offset = 0;   // in the segment, behind the record
};

class EventInserter;

// The first stage: writes batches of records to the event files, where time, site, client and id
// find them at once, and begins a new file when the day or the size asks for it. Used by one
// thread.
class EventWriter {
 public:
  // The folder must exist.
  EventWriter(std::string folder, const waf::Clock& clock);
  ~EventWriter();

  // Events and the segments' positions in one transaction, or none; ordinary
  // requests before them in their own file, where they are known by their
  // numbers when a crash makes them come again.
  Result<void> write(std::span<const SpooledRecord> records);

  // What earlier processes wrote, from the files that can be read.
  struct Progress {
    std::map<std::string, uint64_t> positions;  // segment → the end offset in it
    uint64_t last_sequence = 0;
  };
  Progress readProgress() const;

  // A file is full at 1 GB, or at an eighth of a smaller budget, so that retention has something to
  // delete.
  void setLimits(const EventsConfig& limits) { limits_ = limits; }
  // Deletes whole files that are too old or over their kind's budget, oldest
  // first, never one that is written to. Where the disk is short ordinary
  // requests go before events.
  void applyRetention();

 private:
  struct Current {
    std::unique_ptr<EventInserter> inserter;
    EventFileName name;
  };
  Current& currentOf(EventKind kind) { return current_[static_cast<size_t>(kind)]; }
  Result<void> insert(EventKind kind, std::span<const SpooledRecord> records,
                      std::span<const SpooledRecord> positions);
  Result<void> openCurrent(EventKind kind);
  Result<void> openPart(EventFileName name);
  Result<void> openFile(const EventFileName& name);
  uint64_t fileLimit(EventKind kind) const;
  void applyRetention(EventKind kind);

  std::string folder_;
  const waf::Clock& clock_;
  EventsConfig limits_;
  std::array<Current, 2> current_;  // by kind
};

}  // namespace db
