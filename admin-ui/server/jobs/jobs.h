#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "admin-ui/server/http/response.h"

namespace admin {

// One long task that a browser follows: its progress and, in the end, its result. Shared by the
// thread that runs it and those that ask.
class Job {
 public:
  explicit Job(std::string id) : id_(std::move(id)) {}

  // For the task: false when somebody cancelled it.
  bool progress(std::string_view stage, size_t done, size_t total);
  void cancel() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }

  void succeed(nlohmann::json result);
  void failWith(const ApiError& error);  // "cancelled" instead when that was the reason
  bool finished() const;
  void waitUntilFinished() const;
  nlohmann::json toJson() const;
  const std::string& id() const { return id_; }

  // After the end.
  std::optional<ApiError> error() const;
  nlohmann::json result() const;

 private:
  const std::string id_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string state_ = "running";
  std::string stage_;
  size_t done_ = 0;
  size_t total_ = 0;
  nlohmann::json result_;
  std::optional<ApiError> error_;
};

// Runs jobs, each on a thread of its own, few at a time; remembers the last ones. Any thread. The
// destructor cancels and waits.
class Jobs {
 public:
  Jobs() = default;
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // Null when too many are running already.
  std::shared_ptr<Job> start(std::function<void(Job&)> task);
  std::shared_ptr<Job> find(const std::string& id);

  static constexpr size_t kMaxRunning = 2;
  static constexpr size_t kMaxRemembered = 50;

 private:
  struct Entry {
    std::shared_ptr<Job> job;
    std::thread thread;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;
};

}  // namespace admin
