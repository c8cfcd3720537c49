#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "db/store/store.h"
#include "gateway/config/site_traffic.h"
#include "waf/base/clock.h"

namespace gateway {

// Adds what the loops counted to the store's minutes, every few seconds and once more at the end,
// on a thread of its own. What could not be stored is tried again with the next round.
class TrafficWriter {
 public:
  using Source = std::function<std::vector<std::shared_ptr<SiteTraffic>>()>;
  TrafficWriter(db::TrafficStore* store, Source source, const waf::Clock& clock);
  ~TrafficWriter();
  TrafficWriter(const TrafficWriter&) = delete;
  TrafficWriter& operator=(const TrafficWriter&) = delete;

  // One round now; also what the thread does. Any thread.
  void flush();

 private:
  void run();

  db::TrafficStore* const store_;
  const Source source_;
  const waf::Clock& clock_;
  std::mutex flush_mutex_;
  std::map<std::string, db::TrafficMinute> stored_;  // the totals that are in the store already
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gateway
