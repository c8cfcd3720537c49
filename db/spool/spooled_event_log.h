#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "db/spool/audit_file.h"
#include "db/spool/commit_stage.h"
#include "db/spool/merger.h"
#include "db/spool/spool.h"
#include "db/store/directory_lock.h"
#include "db/store/event_log.h"

namespace db {

// Two threads empty the spools: one merges them by sequence number, writes the audit log's lines
// and keeps a spare segment for each spool; the other (CommitStage) writes the event files. They
// are apart so that a line is in the audit log within milliseconds while a transaction takes its
// time.
class SpooledEventLog final : public EventLog {
 public:
  SpooledEventLog(DirectoryLock lock, std::shared_ptr<SpoolShared> shared,
                  const std::string& events_folder, std::vector<RecordRef> recovered,
                  const waf::Clock& clock);
  ~SpooledEventLog() override;

  std::unique_ptr<EventSpool> openSpool() override;
  void configure(const AuditLogConfig& audit, const EventsConfig& events) override;
  EventLogStatus status() const override;
  bool flush(std::chrono::milliseconds timeout) override;
  void setSink(std::shared_ptr<EventSink> sink) override;
  void reopenAuditFile() override;

 private:
  // Of the merging thread.
  void run();
  bool work();
  bool takeSettings();  // whether the recovered records may go on
  void makeSpares();
  void processRecovered();
  void offerToSink(const std::vector<RecordRef>& records);
  void writeHeld();
  void passAudit(const RecordRef& ref);
  bool wanted(std::string_view line) const;
  int timeoutMs() const;
  void setAlarm(std::string SpooledEventLog::*alarm, const std::string& text);

  DirectoryLock lock_;
  std::shared_ptr<SpoolShared> shared_;
  CommitStage commit_;

  mutable std::mutex mutex_;  // guards what follows, up to the next blank line
  std::vector<std::shared_ptr<SpoolQueue>> new_queues_;
  AuditLogConfig new_audit_;
  bool configured_ = false;
  bool settings_changed_ = false;
  bool reopen_ = false;
  bool release_ = false;  // flush() or the end: the recovered records do not wait for configure()
  std::shared_ptr<EventSink> sink_;
  std::string audit_alarm_;
  std::string spare_alarm_;
  std::condition_variable progress_;
  uint64_t passed_audit_ = 0;    // records appended in this process
  bool recovered_done_ = false;  // those of earlier ones went on
  uint32_t spools_made_ = 0;

  Merger merger_;  // the merging thread's own, with what follows
  std::vector<std::shared_ptr<SpoolQueue>> queues_;
  std::vector<RecordRef> recovered_;
  std::deque<RecordRef> held_;  // not yet in the audit log, in order
  AuditFile file_;
  AuditLogConfig settings_;
  waf::MonotonicTime next_audit_try_{};
  waf::MonotonicTime next_spare_try_{};
  bool spare_missing_ = false;
  uint64_t lines_missing_ = 0;
  size_t segments_alive_ = 0;

  const uint64_t recovered_to_commit_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace db
