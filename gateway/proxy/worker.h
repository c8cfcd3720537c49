#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>

#include "db/store/event_log.h"
#include "gateway/access/connection_limits.h"
#include "gateway/config/snapshot_source.h"
#include "gateway/loop/event_loop.h"
#include "gateway/upstream/connection_pool.h"
#include "gateway/upstream/http2_pool.h"
#include "waf/base/clock.h"

namespace gateway {

class ClientConnection;

// What the sessions of one event loop share. Owned by control's Workers; everything but the atomics
// is for the loop's thread only.
struct Worker {
  Worker(EventLoop* event_loop, size_t number, const SnapshotSource& source,
         std::shared_ptr<SiteTraffic> unrouted, const waf::Clock& time,
         ConnectionLimits* connection_limits)
      : loop(event_loop),
        index(number),
        clock(time),
        snapshots(source),
        pool(event_loop),
        http2_pool(event_loop),
        unrouted_traffic(std::move(unrouted)),
        limits(connection_limits) {}

  EventLoop* const loop;
  const size_t index;
  const waf::Clock& clock;
  SnapshotView snapshots;
  ConnectionPool pool;
  Http2Pool http2_pool;
  std::unique_ptr<db::EventSpool> spool;  // null: events are lost, and control raised an alarm
  std::shared_ptr<SiteTraffic> unrouted_traffic;  // requests that no site answers for
  ConnectionLimits* const limits;                 // of the process
  std::unordered_set<ClientConnection*> client_connections;
  bool draining = false;  // no connection gets a request after the one that it is on
  bool ending = false;    // and those without one end at once

  std::atomic<uint64_t> connections{0};  // open now
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> accept_pauses{0};  // out of descriptors or memory

  // Refusals of connections that were too many: one event a second tells of all.
  waf::MonotonicTime refusal_event_due{};
  uint64_t refusals_untold = 0;

  // True for one of so many requests, by chance: requests come in patterns.
  bool samples(uint32_t one_of) {
    if (one_of == 0) return false;
    sample_ ^= sample_ << 13;
    sample_ ^= sample_ >> 17;
    sample_ ^= sample_ << 5;
    return static_cast<uint32_t>((uint64_t{sample_} * one_of) >> 32) == 0;
  }

  // The Date field, made once a second.
  const std::string& httpDate();

  // Another process accepts now: connections are told that they end, and end by themselves.
  void retire();
  // Ends idle connections at once and the others after the request they are on.
  void drain();

 private:
  uint32_t sample_ = 2463534242;  // Marsaglia's xorshift
  int64_t date_second_ = -1;
  std::string date_;
};

}  // namespace gateway
