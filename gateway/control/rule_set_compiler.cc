#include "gateway/control/rule_set_compiler.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kPatience{100};
constexpr int kNiceness = 19;

std::atomic<bool> any_abandoned{false};

}  // namespace

struct RuleSetCompiler::State {
  Ready ready;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Job> wanted;
  bool installing = false;
  bool stopping = false;
  bool ended = false;

  bool isWanted(const std::string& identity) {
    const std::scoped_lock lock(mutex);
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Job& job) { return job.identity == identity; });
  }

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopping || !wanted.empty(); });
      if (stopping) break;
      compileFirst(&lock);
    }
    ended = true;
    changed.notify_all();
  }

  // On a thread of its own, which stays slow: what follows takes locks that others wait for.
  waf::RuleSet::Loaded compile(Job job) {
    job.options.cached_databases_only = false;
    waf::RuleSet::Loaded loaded;
    std::thread compiling([&] {
      // In Linux a thread has its own niceness; the threads that it starts to compile inherit it.
      // Not SCHED_IDLE: on a machine whose processors are all busy it would never end, and it is
      // just there that the databases are needed.
      static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness));
      loaded = waf::RuleSet::load(
          job.options, [&](std::string_view, size_t, size_t) { return isWanted(job.identity); });
    });
    compiling.join();
    return loaded;
  }

  void compileFirst(std::unique_lock<std::mutex>* lock) {
    const Job job = wanted.front();
    lock->unlock();
    waf::RuleSet::Loaded loaded = compile(job);
    lock->lock();
    const auto same = [&](const Job& each) { return each.identity == job.identity; };
    // Files that do not load any more are left as they serve; whoever changed them will be told.
    if (std::erase_if(wanted, same) == 0 || loaded.rule_set == nullptr) return;
    installing = true;
    lock->unlock();
    ready(job.identity, std::move(loaded.rule_set));
    // Compiling takes tens of megabytes for a while, which the allocator would keep.
    ::malloc_trim(0);
    lock->lock();
    installing = false;
    changed.notify_all();
  }
};

RuleSetCompiler::RuleSetCompiler(Ready ready) : state_(std::make_shared<State>()) {
  state_->ready = std::move(ready);
  std::thread([state = state_] { state->run(); }).detach();
}

RuleSetCompiler::~RuleSetCompiler() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->wanted.clear();
  state_->changed.notify_all();
  state_->changed.wait(lock, [this] { return !state_->installing; });
  const bool ended = state_->changed.wait_for(lock, kPatience, [this] { return state_->ended; });
  if (!ended) any_abandoned.store(true);
}

void RuleSetCompiler::want(std::vector<Job> jobs) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->wanted = std::move(jobs);
  }
  state_->changed.notify_all();
}

bool RuleSetCompiler::anyAbandoned() { return any_abandoned.load(); }

}  // namespace gateway
