#include "gateway/control/background_jobs.h"

#include <algorithm>

namespace gateway {

BackgroundJobs::BackgroundJobs() : thread_([this] { work(); }) {}

BackgroundJobs::~BackgroundJobs() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundJobs::replace(std::vector<Job> jobs) {
  const Time now = std::chrono::steady_clock::now();
  {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, Entry> next;
    for (Job& job : jobs) {
      const auto known = entries_.find(job.key);
      const Time due = known != entries_.end() ? known->second.due : now + job.first;
      std::string key = job.key;
      next.emplace(std::move(key), Entry{std::move(job), due});
    }
    entries_ = std::move(next);
  }
  changed_.notify_all();
}

void BackgroundJobs::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto first =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    if (first == entries_.end()) {
      changed_.wait(lock);
      continue;
    }
    if (first->second.due > std::chrono::steady_clock::now()) {
      const Time due = first->second.due;  // a copy: the entry may go while we wait
      changed_.wait_until(lock, due);
      continue;
    }
    const std::string key = first->first;
    const auto run = first->second.job.run;
    lock.unlock();
    const std::chrono::milliseconds pause = run();
    lock.lock();
    const auto again = entries_.find(key);
    if (again != entries_.end()) again->second.due = std::chrono::steady_clock::now() + pause;
  }
}

}  // namespace gateway
