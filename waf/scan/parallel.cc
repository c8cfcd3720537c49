#include "waf/scan/parallel.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace waf {

bool runParallel(size_t count, unsigned threads, const std::function<void(size_t)>& work,
                 const std::function<bool(size_t done)>& progress) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<size_t>(threads, count));

  std::mutex mutex;
  std::condition_variable changed;
  size_t next = 0;
  size_t done = 0;
  size_t running = 0;
  bool cancelled = false;

  const auto loop = [&] {
    std::unique_lock lock(mutex);
    while (!cancelled && next < count) {
      const size_t index = next++;
      ++running;
      lock.unlock();
      work(index);
      lock.lock();
      --running;
      ++done;
      changed.notify_one();
    }
  };

  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i) workers.emplace_back(loop);
  std::unique_lock lock(mutex);
  for (size_t reported = 0; done < count && !(cancelled && running == 0);) {
    changed.wait(lock, [&] { return done != reported || (cancelled && running == 0); });
    reported = done;
    if (!progress || cancelled) continue;
    lock.unlock();
    const bool go_on = progress(reported);
    lock.lock();
    if (!go_on) cancelled = true;
  }
  return !cancelled;
}

}  // namespace waf
