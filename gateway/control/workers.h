#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "db/store/event_log.h"
#include "gateway/config/snapshot_source.h"
#include "gateway/net/listener.h"
#include "gateway/proxy/worker.h"
#include "waf/base/result.h"

namespace gateway {

// The event loops' threads and what is posted to them. Owned by Gateway; called from control
// threads only.
class Workers {
 public:
  // Starts the threads; returns when every loop runs. `log` may be null.
  static waf::Result<std::unique_ptr<Workers>> start(size_t count, const SnapshotSource& snapshots,
                                                     std::shared_ptr<SiteTraffic> unrouted,
                                                     db::EventLog* log, const waf::Clock& clock);
  ~Workers();  // stops what still runs, without waiting for requests
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Bound sockets, one for each loop where they are as many; accepting starts at once. Of sockets
  // that were handed over there may be more or fewer: all are accepted on, and every loop accepts.
  void open(const std::string& listener_key, std::vector<ListenSocket> sockets);
  // Stops accepting; connections that were accepted live on.
  void close(const std::string& listener_key);
  // Replaces the health checks by those of the snapshot in force. They run on the first loop.
  void startHealthChecks(std::shared_ptr<const Snapshot> snapshot);
  // Lets every loop take the newest snapshot, so that the one before is freed though no request
  // comes.
  void refreshViews();

  // Another process accepts from now on: what is open here goes on to its end, and is told that it
  // ends after the request under way. Tunnels stay.
  void retire();
  // Accepts no more, ends idle connections, waits for requests under way; then stops the loops.
  // False when the time was up first.
  bool drain(std::chrono::milliseconds timeout);

  // For the connections to come.
  void limitConnections(const db::ConnectionsConfig& config) {
    limits_.set(config.limit, config.per_address);
  }

  size_t count() const { return threads_.size(); }
  uint64_t connections() const;
  uint64_t requests() const;
  uint64_t connectionsRefused() const { return limits_.refused(); }
  uint64_t acceptPauses() const;

 private:
  struct Thread;
  Workers();
  void stop();

  ConnectionLimits limits_;  // outlives the loops
  std::vector<std::unique_ptr<Thread>> threads_;
  std::shared_ptr<std::atomic<uint64_t>> health_generation_;
};

}  // namespace gateway
