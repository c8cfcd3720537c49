#include "db/spool/commit_stage.h"

#include <algorithm>

namespace db {
namespace {

constexpr size_t kBatchRecords = 5000;
constexpr size_t kBatchBytes = 8u << 20;
// Many at once take half of the time. One alone is not kept waiting for it.
constexpr std::chrono::milliseconds kBatchDelay{20};
constexpr std::chrono::milliseconds kBusyDelay{200};
constexpr size_t kBusyBatch = 20;
constexpr std::chrono::milliseconds kRetryDelay{250};
constexpr std::chrono::minutes kRetentionInterval{5};

}  // namespace

CommitStage::CommitStage(const std::string& folder, const waf::Clock& clock)
    : index_(folder), writer_(folder, clock), thread_([this] { run(); }) {}

CommitStage::~CommitStage() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

void CommitStage::push(std::vector<RecordRef> records) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    wakes = queue_.empty() || queue_.size() + records.size() >= kBatchRecords;
    std::move(records.begin(), records.end(), std::back_inserter(queue_));
  }
  if (wakes) work_.notify_one();
}

void CommitStage::setLimits(const EventsConfig& limits) {
  {
    const std::lock_guard lock(mutex_);
    limits_ = limits;
  }
  work_.notify_one();
}

void CommitStage::hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  work_.notify_one();
}

uint64_t CommitStage::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

std::string CommitStage::alarm() const {
  const std::lock_guard lock(mutex_);
  if (!alarm_.empty()) return alarm_;
  return lasting_alarm_.empty() ? index_.alarm() : lasting_alarm_;
}

bool CommitStage::waitForWritten(uint64_t count, std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return progress_.wait_until(lock, deadline, [&] { return written_ >= count; });
}

std::vector<RecordRef> CommitStage::takeBatch() {
  std::vector<RecordRef> batch;
  size_t bytes = 0;
  while (!queue_.empty() && batch.size() < kBatchRecords && bytes < kBatchBytes) {
    bytes += queue_.front().record.line.size();
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void CommitStage::run() {
  std::unique_lock lock(mutex_);
  auto next_retention = std::chrono::steady_clock::now();
  bool busy = false;
  while (true) {
    busy = busy && !queue_.empty();
    const auto hasWork = [this] { return stopping_ || !queue_.empty(); };
    work_.wait_until(lock, next_retention, hasWork);
    if (std::chrono::steady_clock::now() >= next_retention) {
      next_retention = std::chrono::steady_clock::now() + kRetentionInterval;
      writer_.setLimits(limits_);
      lock.unlock();
      writer_.applyRetention();
      lock.lock();
    }
    if (queue_.empty()) {
      if (stopping_) return;
      continue;
    }
    work_.wait_for(lock, busy ? kBusyDelay : kBatchDelay,
                   [this] { return stopping_ || hurry_ || queue_.size() >= kBatchRecords; });
    hurry_ = false;
    const std::vector<RecordRef> batch = takeBatch();
    busy = batch.size() >= kBusyBatch;
    writer_.setLimits(limits_);
    lock.unlock();
    std::vector<SpooledRecord> records;
    records.reserve(batch.size());
    for (const RecordRef& ref : batch) {
      records.push_back(
          {ref.record.sequence, ref.record.line, ref.segment->name(), ref.record.end_offset});
    }
    const Result<void> done = writer_.write(records);
    lock.lock();
    finishBatch(batch, done);
    if (done) continue;
    if (stopping_) return;
    work_.wait_for(lock, kRetryDelay, [this] { return stopping_; });
  }
}

void CommitStage::finishBatch(const std::vector<RecordRef>& batch, const Result<void>& done) {
  if (!done) {
    queue_.insert(queue_.begin(), batch.begin(), batch.end());
    alarm_ = "events wait in the spool: " + done.error().message;
    if (done.error().code == waf::ErrorCode::Corrupt) lasting_alarm_ = done.error().message;
    return;
  }
  alarm_.clear();
  for (const RecordRef& ref : batch) ref.segment->setCommitted(ref.record.end_offset);
  written_ += batch.size();
  index_.announce(batch.size());
  // A burst is written without waiting for more.
  hurry_ = hurry_ || queue_.size() >= kBatchRecords;
  progress_.notify_all();
}

}  // namespace db
