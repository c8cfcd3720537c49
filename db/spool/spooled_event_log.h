#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "db/spool/audit_file.h"
#include "db/spool/commit_stage.h"
#include "db/spool/follower.h"
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
  struct Left {  // by other processes
    std::vector<RecordRef> recovered;
    std::vector<Follower> followed;
  };
  SpooledEventLog(DirectoryLock lock, std::shared_ptr<SpoolShared> shared,
                  const std::string& events_folder, Left left, const waf::Clock& clock);
  ~SpooledEventLog() override;

  std::unique_ptr<EventSpool> openSpool() override;
  void configure(const AuditLogConfig& audit, const EventsConfig& events) override;
  EventLogStatus status() const override;
  bool flush(std::chrono::milliseconds timeout) override;
  void setSink(std::shared_ptr<EventSink> sink) override;
  void reopenAuditFile() override;
  Result<void> handOver(std::chrono::milliseconds timeout) override;

 private:
  // Of the merging thread.
  void run();
  bool work();
  bool passOn();
  bool handOverWanted() const;
  size_t ownSegments() const;
  bool takeSettings();  // whether the recovered records may go on
  void makeSpares();
  void processRecovered();
  std::vector<RecordRef> follow();
  void letGo();
  void workAlone();
  void offerToSink(const std::vector<RecordRef>& records);
  void writeHeld();
  void passAudit(const RecordRef& ref);
  bool wanted(std::string_view line) const;
  int timeoutMs() const;
  void setAlarm(std::string SpooledEventLog::*alarm, const std::string& text);

  std::shared_ptr<CommitStage> commitStage() const;
  Result<void> markAlive();

  std::optional<DirectoryLock> lock_;  // none once it was handed over
  std::optional<DirectoryLock> live_;  // none where there was no room for its file
  const std::shared_ptr<SpoolShared> shared_;

  mutable std::mutex mutex_;  // guards what follows, up to the next blank line
  std::vector<std::shared_ptr<SpoolQueue>> new_queues_;
  AuditLogConfig new_audit_;
  bool configured_ = false;
  bool settings_changed_ = false;
  bool reopen_ = false;
  bool release_ = false;    // flush() or the end: the recovered records do not wait for configure()
  bool hand_over_ = false;  // asked for
  bool handed_over_ = false;             // the merging thread only makes spares from now on
  std::shared_ptr<CommitStage> commit_;  // null once it was handed over
  std::shared_ptr<EventSink> sink_;
  std::string audit_alarm_;
  std::string spare_alarm_;
  std::condition_variable progress_;
  uint64_t passed_audit_ = 0;    // records appended in this process, and followed ones
  bool recovered_done_ = false;  // those of earlier ones went on
  uint32_t spools_made_ = 0;

  Merger merger_;  // the merging thread's own, with what follows
  std::vector<std::shared_ptr<SpoolQueue>> queues_;
  std::vector<RecordRef> recovered_;
  std::vector<Follower> followed_;
  std::deque<RecordRef> held_;  // not yet in the audit log, in order
  AuditFile file_;
  AuditLogConfig settings_;
  waf::MonotonicTime next_audit_try_{};
  waf::MonotonicTime next_spare_try_{};
  bool spare_missing_ = false;
  uint64_t lines_missing_ = 0;
  size_t segments_alive_ = 0;
  bool let_go_ = false;

  const uint64_t recovered_to_commit_;
  std::atomic<uint64_t> followed_to_audit_{0};
  std::atomic<uint64_t> followed_to_commit_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace db
