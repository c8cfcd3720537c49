#include "db/events/tally_thread.h"

#include <utility>

namespace db {
namespace {

constexpr size_t kBatchRows = 1024;
constexpr size_t kMostWaiting = 8;

}  // namespace

void TallyThread::add(const EventColumns& row) {
  TallyRow& out = filling_.rows.emplace_back();
  out.place = row.place();
  out.decision = row.decision();
  out.reason = row.reason();
  out.status = row.status();
  out.severity = row.severity();
  std::array<uint32_t, 6>& ends = filling_.ends.emplace_back();
  size_t i = 0;
  for (const std::string_view text :
       {row.site(), row.client(), row.method(), row.country(), row.rules(), row.path()}) {
    filling_.texts += text;
    ends[i++] = static_cast<uint32_t>(filling_.texts.size());
  }
  if (filling_.rows.size() == kBatchRows) send();
}

void TallyThread::send() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < kMostWaiting; });
    waiting_.push_back(std::exchange(filling_, {}));
  }
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void TallyThread::finish() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  tally(filling_);
  filling_ = {};
}

void TallyThread::run() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch = std::move(waiting_.front());
      waiting_.pop_front();
    }
    changed_.notify_all();
    tally(batch);
  }
}

void TallyThread::tally(Batch& batch) {
  size_t begin = 0;
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    TallyRow& row = batch.rows[i];
    size_t part = 0;
    for (std::string_view* text :
         {&row.site, &row.client, &row.method, &row.country, &row.rules, &row.path}) {
      const size_t end = batch.ends[i][part++];
      *text = std::string_view(batch.texts).substr(begin, end - begin);
      begin = end;
    }
    tally_.add(row);
  }
}

}  // namespace db
