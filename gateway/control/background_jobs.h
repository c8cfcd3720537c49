#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gateway {

// A thread that does slow things again and again, one after the other, each in its own time: names
// looked up, OCSP responders asked. Owned by Gateway; any thread may call it.
class BackgroundJobs {
 public:
  struct Job {
    std::string key;                                 // unique
    std::function<std::chrono::milliseconds()> run;  // how long until it is wanted again
    std::chrono::milliseconds first{};               // how long until the first time
  };

  BackgroundJobs();
  ~BackgroundJobs();  // waits for the job that runs
  BackgroundJobs(const BackgroundJobs&) = delete;
  BackgroundJobs& operator=(const BackgroundJobs&) = delete;

  // The jobs from now on. One whose key is known already keeps its time.
  void replace(std::vector<Job> jobs);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Job job;
    Time due;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gateway
