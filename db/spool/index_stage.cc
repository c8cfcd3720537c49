#include "db/spool/index_stage.h"

#include <algorithm>

namespace db {
namespace {

// A commit costs much the same for one event as for many, and so does a part of the index by word,
// which is merged with others later: with batches of 150 an event took three times what it takes
// with 5,000. Nobody misses what is not indexed yet: it is found all the same.
constexpr size_t kBatchRows = 5000;
constexpr std::chrono::milliseconds kBatchDelay{1000};
constexpr std::chrono::milliseconds kRetryDelay{1000};
// An index that a reader found damaged is missing without anybody saying so.
constexpr std::chrono::seconds kLookInterval{30};

}  // namespace

IndexStage::IndexStage(std::string folder)
    : indexer_(std::move(folder)), thread_([this] { run(); }) {}

IndexStage::~IndexStage() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

void IndexStage::announce(size_t events) {
  {
    const std::lock_guard lock(mutex_);
    left_ += events;
  }
  work_.notify_one();
}

uint64_t IndexStage::lag() const {
  const std::lock_guard lock(mutex_);
  return left_;
}

std::string IndexStage::alarm() const {
  const std::lock_guard lock(mutex_);
  return alarm_;
}

bool IndexStage::waitUntilDone(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  work_.notify_one();
  const bool done = progress_.wait_until(lock, deadline, [this] { return counted_ && left_ == 0; });
  --waiting_;
  return done;
}

void IndexStage::run() {
  const uint64_t before = indexer_.countLeft();
  std::unique_lock lock(mutex_);
  left_ = std::max(left_, before);  // the writer may have announced some of them already
  counted_ = true;
  progress_.notify_all();
  while (!stopping_) {
    work_.wait_for(lock, kLookInterval, [this] { return stopping_ || left_ > 0; });
    if (left_ > 0 && left_ < kBatchRows) {
      work_.wait_for(lock, kBatchDelay,
                     [this] { return stopping_ || waiting_ > 0 || left_ >= kBatchRows; });
    }
    if (stopping_) return;
    const uint64_t announced = left_;
    lock.unlock();
    const Result<size_t> rows = indexer_.advance(kBatchRows);
    lock.lock();
    alarm_ = rows ? "" : "events are searched slowly: " + rows.error().message;
    if (!rows) {
      work_.wait_for(lock, kRetryDelay, [this] { return stopping_; });
      continue;
    }
    // Nothing is left of what was announced before the look; what came since is looked for again.
    left_ -= std::min<uint64_t>(left_, *rows > 0 ? *rows : announced);
    if (left_ == 0 && *rows > 0) {
      lock.unlock();
      const uint64_t more = indexer_.countLeft();
      lock.lock();
      left_ = std::max(left_, more);
    }
    progress_.notify_all();
  }
}

}  // namespace db
