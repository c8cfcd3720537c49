#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "db/events/event_row.h"
#include "db/events/event_writer.h"
#include "db/sqlite/connection.h"

namespace db {

// The file that is written to, with its statements prepared. Used by one thread.
class EventInserter {
 public:
  // Creates the file and its tables where they are not. Corrupt when it is a file of another kind
  // or version.
  static Result<std::unique_ptr<EventInserter>> open(const std::string& path);

  // In one transaction. A sequence number that is there already is the same
  // record; `positions` are the records up to which the spool's segments are
  // then committed.
  Result<void> insert(std::span<const SpooledRecord> records,
                      std::span<const SpooledRecord> positions, waf::WallTime now);

  const std::string& path() const { return connection_->path(); }

 private:
  struct Statements {
    Statement event;
    Statement record;
    Statement known;  // whether a sequence number is there
    Statement message;
    Statement position;
  };

  EventInserter(std::unique_ptr<Connection> connection, Statements statements)
      : connection_(std::move(connection)), statements_(std::move(statements)) {}

  Result<void> insertAll(std::span<const SpooledRecord> records,
                         std::span<const SpooledRecord> positions, waf::WallTime now);
  Result<void> insertRow(const SpooledRecord& record);
  Result<bool> isKnown(int64_t sequence);
  Result<void> insertMessages();
  Result<void> insertPositions(std::span<const SpooledRecord> records);

  std::unique_ptr<Connection> connection_;
  int64_t next_arrival_ = 1;
  Statements statements_;  // after the connection: finalized before it closes
  RecordFields fields_;    // these three keep their memory from row to row
  EventRow row_;
  std::map<int64_t, std::string> messages_;  // of the batch
};

}  // namespace db
