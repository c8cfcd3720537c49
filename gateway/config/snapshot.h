#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/config/config.h"
#include "db/secrets/secret_box.h"
#include "db/store/store.h"
#include "gateway/access/access_list.h"
#include "gateway/access/rate_limiter.h"
#include "gateway/balance/balancer.h"
#include "gateway/cache/response_cache.h"
#include "gateway/config/site_traffic.h"
#include "gateway/http1/message.h"
#include "gateway/net/proxy_protocol.h"
#include "gateway/routing/host_table.h"
#include "gateway/tls/ocsp_staple.h"
#include "gateway/tls/tls_context.h"
#include "gateway/upstream/endpoint.h"
#include "waf/engine/rule_costs.h"
#include "waf/engine/rule_set.h"
#include "waf/engine/transaction.h"
#include "waf/event/masking.h"
#include "waf/operators/geo_database.h"

namespace gateway {

// An upstream of a snapshot: who may be asked, where, and how long to wait. The endpoints' state
// behind `balancer` is carried over from snapshot to snapshot.
struct Upstream {
  db::UpstreamConfig config;
  UpstreamTimeouts timeouts;
  ProxyVersion proxy_version = ProxyVersion::None;  // what connections begin with
  std::vector<UpstreamAddress> addresses;           // parallel to the balancer's members
  std::unique_ptr<Balancer> balancer;
};

// A site as requests meet it. Immutable but for what counts and is shared on purpose (limiter,
// cache, traffic).
struct Site {
  db::SiteConfig config;
  std::shared_ptr<const waf::RuleSet> rule_set;  // null when the mode is Off
  waf::RuleSetOptions rule_set_options;
  std::string rule_set_identity;  // options and state of the files: equal means the same rule set
  waf::Policy policy;
  std::shared_ptr<waf::RuleCosts> costs;  // as long as the rule set stays; null without one
  bool inspect_response_body = false;     // the site wants it and the rule set may
  bool fail_closed = true;
  std::shared_ptr<Upstream> upstream;
  AccessList access;
  waf::IpSet trusted_proxies;
  std::string hsts;  // the value of Strict-Transport-Security; "" when it is not sent
  std::shared_ptr<const ClientAuth> client_auth;  // null when no client certificate is asked for
  std::shared_ptr<RateLimiter> rate_limiter;      // null when off
  std::shared_ptr<ResponseCache> cache;           // null when off
  std::shared_ptr<SiteTraffic> traffic;
  std::string https_port_suffix;  // for redirect_to_https: "" or ":8443"
};

struct ListenerTable {
  db::ListenerConfig config;
  HostTable hosts;                        // → index into Snapshot::sites
  std::shared_ptr<const TlsContext> tls;  // null in clear
  waf::IpSet proxies;                     // whose connections begin with a PROXY protocol head
  HeadLimits limits;                      // the widest of its sites
  std::chrono::milliseconds head_timeout{10000};
  std::chrono::milliseconds idle_timeout{60000};
  std::chrono::milliseconds write_timeout{30000};
};

// One configuration ready for traffic. Built off the loops (see SnapshotBuilder), published whole,
// never changed; a request keeps the one it started on alive.
struct Snapshot {
  db::ConfigVersion version;
  db::Config config;
  std::vector<std::unique_ptr<Site>> sites;
  std::vector<std::shared_ptr<Upstream>> upstreams;
  std::map<std::string, ListenerTable, std::less<>> listeners;  // by listenerKey
  waf::Masking masking;                                         // of what is recorded
  // What handshakes staple, by the certificate's name.
  std::map<std::string, std::shared_ptr<OcspStaple>> staples;
  std::shared_ptr<const waf::GeoDatabase> geo;   // null: events have no country
  std::shared_ptr<const db::SecretBox> sealing;  // null: no site keeps what is masked
  std::vector<std::string> warnings;             // alarms that this configuration raises

  const ListenerTable* listener(std::string_view key) const {
    const auto found = listeners.find(key);
    return found == listeners.end() ? nullptr : &found->second;
  }
};

// What keeps a listening socket open from one snapshot to the next: its address; with port 0 the
// name too.
std::string listenerKey(const db::ListenerConfig& listener);

}  // namespace gateway
