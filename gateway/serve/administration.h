#pragma once

#include <memory>
#include <string>

#include "admin-ui/server/admin_server.h"
#include "db/store/event_log.h"
#include "db/store/store.h"
#include "gateway/control/gateway.h"
#include "gateway/control/traffic_writer.h"
#include "waf/base/clock.h"
#include "waf/base/result.h"

namespace gateway {

// What only one process may have open on a data directory: the store, and with it the admin server
// and the writer of the traffic counters. Owned by serve; used by the main thread.
class Administration {
 public:
  struct Options {
    std::string data_dir;
    std::string admin_address;
    std::string database;  // as Store::open() takes it
  };
  Administration(Options options, Gateway& gateway, const waf::Clock& clock)
      : options_(std::move(options)), gateway_(gateway), clock_(clock) {}

  // `store` and `log` may be null: status and the last good configuration are then shown.
  waf::Result<void> open(std::unique_ptr<db::Store> store, db::EventLog* log);
  // Another process may open the directory after that.
  void close();
  // The admin server answers no more; counters are still written.
  void closeServer() { server_.reset(); }
  // As open() at the start, after an upgrade that failed; what cannot be had is an alarm.
  void reopen(db::EventLog* log);

  // Where it is reached, and the first password: into the log.
  void announce() const;

 private:
  const Options options_;
  Gateway& gateway_;
  const waf::Clock& clock_;
  std::unique_ptr<db::Store> store_;
  std::unique_ptr<admin::AdminServer> server_;
  std::unique_ptr<TrafficWriter> traffic_;
};

}  // namespace gateway
