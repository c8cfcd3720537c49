#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/config/config.h"
#include "db/store/store.h"

// The way of an event from a loop to the disk (design section 6): spool segment (mmap, complete
// before the response is handed to the socket) → one writer thread → audit log file and SQLite,
// each record once.
namespace db {

// One per event loop; used by that loop's thread only. Never blocks, never throws.
class EventSpool {
 public:
  virtual ~EventSpool() = default;
  // `line` is the record as appendAuditJson made it. When it returns true the record survives kill
  // -9 of the process. Takes the next global sequence number: call it before the last byte of the
  // response is released. False when no segment can be had (the loss is counted and alarmed); the
  // response goes out all the same.
  virtual bool append(std::string_view line, bool refusal) = 0;
};

// Gets every record as it is merged, in order, on the log's thread: it must not wait.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void offer(std::string_view record) = 0;
};

struct EventLogStatus {
  uint64_t written = 0;        // records committed since start
  uint64_t lost = 0;           // records for which no segment could be had, in all processes so far
  uint64_t lost_refusals = 0;  // of these
  uint64_t backlog = 0;        // records in the spool, not yet in the store
  uint64_t index_lag = 0;      // committed, but not yet in the indexes by rule and word
  std::string alarm;           // "" or one sentence: disk full, audit file cannot be opened, …
};

// Owns the writer thread and the spool folder <data_dir>/spool. Records left by an earlier process
// are committed first, none twice. Events before the store is readable wait in the spool.
class EventLog {
 public:
  virtual ~EventLog() = default;  // drains, then stops the thread
  virtual std::unique_ptr<EventSpool> openSpool() = 0;
  virtual void configure(const AuditLogConfig& audit,
                         const EventsConfig& events) = 0;  // any thread
  // Further readers of the records; null for none. Any thread.
  virtual void setSink(std::shared_ptr<EventSink> sink) { static_cast<void>(sink); }
  // The audit file is opened anew (SIGHUP). A renamed or removed file is noticed without it.
  virtual void reopenAuditFile() {}
  virtual EventLogStatus status() const = 0;
  // Writes what is there, then lets another process open the log: from now on nothing but appending
  // goes on here, and that process writes what is appended. Once; any thread. On failure all is as
  // before.
  virtual Result<void> handOver(std::chrono::milliseconds timeout) {
    static_cast<void>(timeout);
    return {};
  }
  // Waits until everything appended before the call is in the audit file and the store; for tests
  // and shutdown.
  virtual bool flush(std::chrono::milliseconds timeout) = 0;

  static Result<std::unique_ptr<EventLog>> open(const std::string& data_dir,
                                                const waf::Clock& clock);
};

}  // namespace db
