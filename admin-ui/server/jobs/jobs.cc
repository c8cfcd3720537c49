#include "admin-ui/server/jobs/jobs.h"

#include <algorithm>

#include "admin-ui/server/auth/random.h"

namespace admin {

bool Job::progress(std::string_view stage, size_t done, size_t total) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  done_ = done;
  total_ = total;
  return !cancelled_;
}

void Job::succeed(nlohmann::json result) {
  const std::lock_guard lock(mutex_);
  result_ = std::move(result);
  state_ = "done";
  changed_.notify_all();
}

void Job::failWith(const ApiError& error) {
  const std::lock_guard lock(mutex_);
  error_ = error;
  state_ = cancelled_ ? "cancelled" : "failed";
  changed_.notify_all();
}

bool Job::finished() const {
  const std::lock_guard lock(mutex_);
  return state_ != "running";
}

void Job::waitUntilFinished() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return state_ != "running"; });
}

nlohmann::json Job::toJson() const {
  const std::lock_guard lock(mutex_);
  nlohmann::json out = {
      {"id", id_}, {"state", state_}, {"stage", stage_}, {"done", done_}, {"total", total_}};
  if (state_ == "done") out["result"] = result_;
  if (error_) out["error"] = admin::toJson(*error_);
  return out;
}

std::optional<ApiError> Job::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

nlohmann::json Job::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

Jobs::~Jobs() {
  std::list<Entry> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(entries_);
  }
  for (Entry& entry : entries) entry.job->cancel();
  for (Entry& entry : entries) entry.thread.join();
}

std::shared_ptr<Job> Jobs::start(std::function<void(Job&)> task) {
  const std::lock_guard lock(mutex_);
  size_t running = 0;
  for (const Entry& entry : entries_) running += entry.job->finished() ? 0u : 1u;
  if (running >= kMaxRunning) return nullptr;
  while (entries_.size() >= kMaxRemembered) {
    const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                     [](const Entry& entry) { return entry.job->finished(); });
    oldest->thread.join();  // it has finished: nothing but its return is left
    entries_.erase(oldest);
  }
  auto job = std::make_shared<Job>(randomHex(16));
  entries_.push_back({job, std::thread([job, task = std::move(task)] {
                        task(*job);
                        if (!job->finished())
                          job->failWith(conflict("the task ended without a result"));
                      })});
  return job;
}

std::shared_ptr<Job> Jobs::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.job->id() == id) return entry.job;
  }
  return nullptr;
}

}  // namespace admin
