#include "gateway/control/workers.h"

#include <future>
#include <map>

#include "gateway/health/health_check.h"
#include "gateway/proxy/client_connection.h"

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kReapInterval{5000};
constexpr std::chrono::milliseconds kDrainPoll{10};

Task<void> reapIdleConnections(Worker* worker) {
  for (;;) {
    const WaitResult woken = co_await worker->loop->sleepFor(kReapInterval);
    if (woken != WaitResult::Timeout) co_return;
    worker->pool.closeExpired();
    worker->http2_pool.closeExpired();
  }
}

}  // namespace

struct Workers::Thread {
  std::unique_ptr<EventLoop> loop;
  std::unique_ptr<Worker> worker;
  std::multimap<std::string, std::shared_ptr<Listener>> listeners;  // loop's thread only

  void stopAccepting() {
    for (const auto& [key, listener] : listeners) listener->stopAccepting();
    listeners.clear();
  }
  std::thread thread;
};

Workers::Workers() : health_generation_(std::make_shared<std::atomic<uint64_t>>(0)) {}

Workers::~Workers() { stop(); }

waf::Result<std::unique_ptr<Workers>> Workers::start(size_t count, const SnapshotSource& snapshots,
                                                     std::shared_ptr<SiteTraffic> unrouted,
                                                     db::EventLog* log, const waf::Clock& clock) {
  std::unique_ptr<Workers> workers(new Workers());
  for (size_t i = 0; i < count; ++i) {
    auto loop = EventLoop::create();
    if (!loop) return waf::fail(std::move(loop).error());
    auto thread = std::make_unique<Thread>();
    thread->loop = std::move(*loop);
    std::promise<void> ready;
    Thread* const self = thread.get();
    ConnectionLimits* const limits = &workers->limits_;
    self->thread = std::thread([self, i, &snapshots, unrouted, log, &clock, limits, &ready] {
      self->worker =
          std::make_unique<Worker>(self->loop.get(), i, snapshots, unrouted, clock, limits);
      if (log != nullptr) self->worker->spool = log->openSpool();
      self->loop->spawn(reapIdleConnections(self->worker.get()));
      ready.set_value();
      self->loop->run();
      self->listeners.clear();
      self->worker->pool.clear();
      self->worker->http2_pool.clear();
    });
    ready.get_future().wait();
    workers->threads_.push_back(std::move(thread));
  }
  return workers;
}

void Workers::open(const std::string& listener_key, std::vector<ListenSocket> sockets) {
  if (sockets.empty()) return;
  for (size_t i = sockets.size(); i < threads_.size(); ++i) {
    auto copy = sockets[i % sockets.size()].duplicate();
    if (copy) sockets.push_back(std::move(*copy));
  }
  for (size_t i = 0; i < sockets.size(); ++i) {
    Thread* const self = threads_[i % threads_.size()].get();
    self->loop->post([self, listener_key, socket = sockets[i]] {
      auto listener =
          std::make_shared<Listener>(self->loop.get(), socket, &self->worker->accept_pauses);
      self->listeners.emplace(listener_key, listener);
      self->loop->spawn(acceptConnections(self->worker.get(), listener, listener_key));
    });
  }
}

void Workers::close(const std::string& listener_key) {
  for (const auto& thread : threads_) {
    Thread* const self = thread.get();
    self->loop->post([self, listener_key] {
      const auto [first, last] = self->listeners.equal_range(listener_key);
      for (auto at = first; at != last; ++at) at->second->stopAccepting();
      self->listeners.erase(first, last);
    });
  }
}

void Workers::startHealthChecks(std::shared_ptr<const Snapshot> snapshot) {
  const uint64_t generation = health_generation_->fetch_add(1) + 1;
  Thread* const first = threads_.front().get();
  first->loop->post(
      [first, snapshot = std::move(snapshot), generation, current = health_generation_] {
        for (const std::shared_ptr<Upstream>& upstream : snapshot->upstreams) {
          if (!upstream->config.health_check.enabled) continue;
          for (size_t i = 0; i < upstream->addresses.size(); ++i) {
            first->loop->spawn(
                checkHealth(first->loop.get(), upstream, i, HealthGeneration{current, generation}));
          }
        }
      });
}

void Workers::refreshViews() {
  for (const auto& thread : threads_) {
    Thread* const self = thread.get();
    self->loop->post([self] { self->worker->snapshots.current(); });
  }
}

void Workers::retire() {
  health_generation_->fetch_add(1);
  for (const auto& thread : threads_) {
    Thread* const self = thread.get();
    self->loop->post([self] {
      self->stopAccepting();
      self->worker->retire();
    });
  }
}

bool Workers::drain(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  health_generation_->fetch_add(1);
  for (const auto& thread : threads_) {
    Thread* const self = thread.get();
    self->loop->post([self] {
      self->stopAccepting();
      self->worker->drain();
    });
  }
  while (connections() != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kDrainPoll);
  }
  const bool clean = connections() == 0;
  stop();
  return clean;
}

void Workers::stop() {
  for (const auto& thread : threads_) thread->loop->stop();
  for (const auto& thread : threads_) {
    if (thread->thread.joinable()) thread->thread.join();
  }
}

uint64_t Workers::connections() const {
  uint64_t sum = 0;
  for (const auto& thread : threads_)
    sum += thread->worker->connections.load(std::memory_order_relaxed);
  return sum;
}

uint64_t Workers::acceptPauses() const {
  uint64_t sum = 0;
  for (const auto& thread : threads_)
    sum += thread->worker->accept_pauses.load(std::memory_order_relaxed);
  return sum;
}

uint64_t Workers::requests() const {
  uint64_t sum = 0;
  for (const auto& thread : threads_)
    sum += thread->worker->requests.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace gateway
