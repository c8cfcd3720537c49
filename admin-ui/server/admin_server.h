#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin-ui/server/gateway_port.h"
#include "db/store/event_log.h"
#include "db/store/store.h"
#include "waf/base/clock.h"
#include "waf/base/result.h"

namespace admin {

struct AdminOptions {
  std::string address = "127.0.0.1:9443";  // port 0 for tests; "" for the control socket alone
  std::string data_dir;                    // certificate, control.sock, imported rule sets
  // Names by which browsers reach it, besides localhost, IP addresses and those in its certificate.
  std::vector<std::string> allowed_hosts;
  bool control_socket = true;
};

// The admin API and the web application over HTTPS, and the same API on <data_dir>/control.sock for
// the command line. Owned by gateway/serve; runs its own threads (Poco's). Everything passed to
// start() must outlive it.
class AdminServer {
 public:
  virtual ~AdminServer() = default;  // stops accepting, cancels jobs, waits for running requests

  // `store` is null when the database cannot be read: status and the last good configuration are
  // then served read-only. `log` may be null. Conflict when the address or the socket is in use.
  static waf::Result<std::unique_ptr<AdminServer>> start(const AdminOptions& options,
                                                         db::Store* store, db::EventLog* log,
                                                         GatewayPort& gateway,
                                                         const waf::Clock& clock);

  virtual std::string boundAddress()
      const = 0;  // "127.0.0.1:9443"; "" when there is no HTTPS listener
  virtual std::string certificateSha256()
      const = 0;  // lower-case hex of its own certificate, to compare in the browser
  // The password of the user `admin`, when start() created that user because there was none; else
  // "". Print it once.
  virtual std::string firstPassword() const = 0;
};

}  // namespace admin
