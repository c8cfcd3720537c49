#pragma once

#include <string>
#include <vector>

#include "admin-ui/server/api/act_log.h"
#include "admin-ui/server/api/live_views.h"
#include "admin-ui/server/auth/login_throttle.h"
#include "admin-ui/server/auth/sessions.h"
#include "admin-ui/server/config/config_service.h"
#include "admin-ui/server/gateway_port.h"
#include "admin-ui/server/jobs/jobs.h"
#include "admin-ui/server/rulesets/rule_set_cache.h"
#include "db/store/event_log.h"
#include "db/store/store.h"
#include "waf/base/clock.h"

namespace admin {

// What the handlers work with. Owned by Api; every member may be used from any thread.
struct Services {
  db::Store* store = nullptr;   // null: the database cannot be read
  db::EventLog* log = nullptr;  // null: there is none (tests, the command line)
  GatewayPort& gateway;
  const waf::Clock& clock;
  std::string data_dir;
  Sessions sessions;
  LoginThrottle throttle;
  ConfigService config;
  RuleSetCache rule_sets;
  ActLog acts;
  LiveViews live_views;
  Jobs jobs;  // last: its threads use the others and end first

  Services(db::Store* s, db::EventLog* l, GatewayPort& port, const waf::Clock& c,
           std::string directory)
      : store(s),
        log(l),
        gateway(port),
        clock(c),
        data_dir(std::move(directory)),
        sessions(c),
        throttle(c),
        config(s, port, c, data_dir),
        rule_sets(c),
        acts(c) {}
};

}  // namespace admin
