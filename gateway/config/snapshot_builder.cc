#include "gateway/config/snapshot_builder.h"

#include <algorithm>
#include <set>

#include "gateway/config/snapshot_build.h"

namespace gateway {

std::string listenerKey(const db::ListenerConfig& listener) {
  return listener.address.ends_with(":0") ? listener.name + "|" + listener.address
                                          : listener.address;
}

std::shared_ptr<Snapshot> SnapshotBuilder::build(const db::Config& config, const Snapshot* previous,
                                                 admin::PrepareFailure* failure) {
  Build build{*this, config, previous, failure};
  if (previous != nullptr) build.knowRuleSets(*previous);
  return run(&build);
}

std::shared_ptr<Snapshot> SnapshotBuilder::withRuleSet(const Snapshot& current,
                                                       const std::string& identity,
                                                       std::shared_ptr<const waf::RuleSet> rule_set,
                                                       admin::PrepareFailure* failure) {
  Build build{*this, current.config, &current, failure};
  build.knowRuleSets(current);
  build.rule_sets.know(identity, std::move(rule_set));
  build.snapshot->version = current.version;
  return run(&build);
}

std::shared_ptr<Snapshot> SnapshotBuilder::run(Build* build) {
  build->snapshot->config = build->config;
  const db::MaskingConfig& masking = build->config.settings.masking;
  build->snapshot->masking =
      waf::Masking({masking.enabled, masking.headers, masking.parameters, masking.card_numbers});
  build->recording();
  if (!build->upstreams() || !build->sites() || !build->listeners()) return nullptr;
  return build->snapshot;
}

// What cannot be had for the records is an alarm, no reason to refuse traffic.
void SnapshotBuilder::Build::recording() {
  const std::string& path = config.settings.geo_database;
  if (!path.empty()) {
    auto geo = waf::GeoDatabase::open(path);
    if (geo) {
      snapshot->geo = std::make_shared<const waf::GeoDatabase>(std::move(*geo));
    } else {
      snapshot->warnings.push_back("events have no country: " + geo.error().message);
    }
  }
  const bool wanted = std::any_of(config.sites.begin(), config.sites.end(),
                                  [](const auto& site) { return site.events.keep_secrets; });
  if (!wanted) return;
  auto box = db::SecretBox::open(builder.options_.data_dir, false);
  if (box) {
    snapshot->sealing = std::make_shared<const db::SecretBox>(std::move(*box));
  } else {
    snapshot->warnings.push_back("masked values are not kept: " + box.error().message);
  }
}

void SnapshotBuilder::Build::knowRuleSets(const Snapshot& snapshot_before) {
  for (const auto& site : snapshot_before.sites) {
    if (site->rule_set) rule_sets.know(site->rule_set_identity, site->rule_set);
  }
}

std::vector<std::shared_ptr<SiteTraffic>> SnapshotBuilder::traffic() const {
  const std::scoped_lock lock(traffic_mutex_);
  std::vector<std::shared_ptr<SiteTraffic>> all;
  for (const auto& [name, counters] : traffic_) all.push_back(counters);
  return all;
}

std::shared_ptr<SiteTraffic> SnapshotBuilder::trafficOf(const std::string& site) {
  const std::scoped_lock lock(traffic_mutex_);
  std::shared_ptr<SiteTraffic>& counters = traffic_[site];
  if (!counters) counters = std::make_shared<SiteTraffic>(site, options_.loops);
  return counters;
}

bool SnapshotBuilder::Build::fail(waf::ErrorCode code, std::string message) {
  failure->error = waf::Error{code, "gateway", std::move(message)};
  return false;
}

bool SnapshotBuilder::Build::upstreams() {
  return std::all_of(config.upstreams.begin(), config.upstreams.end(),
                     [this](const db::UpstreamConfig& each) { return upstream(each); });
}

bool SnapshotBuilder::Build::upstream(const db::UpstreamConfig& upstream) {
  auto out = std::make_shared<Upstream>();
  out->config = upstream;
  out->timeouts = {std::chrono::milliseconds(upstream.connect_timeout_ms),
                   std::chrono::milliseconds(upstream.first_byte_timeout_ms),
                   std::chrono::milliseconds(upstream.between_bytes_timeout_ms)};
  std::vector<Balancer::Member> members;
  for (const db::EndpointConfig& endpoint : upstream.endpoints) {
    auto address = builder.options_.resolve(endpoint.address);
    if (!address) {
      // A name that does not resolve now must not keep the other endpoints, or the start, from
      // serving.
      snapshot->warnings.push_back(
          "upstream \"" + upstream.name + "\": " + address.error().message +
          "; the endpoint is left out until the configuration is applied again");
      address = UpstreamAddress{endpoint.address, {}};
    }
    std::shared_ptr<Endpoint>& state = builder.endpoints_[{upstream.name, endpoint.address}];
    if (!state) state = std::make_shared<Endpoint>(endpoint.address);
    // A check that was turned off leaves no verdict behind.
    if (!upstream.health_check.enabled) state->setCheck(Endpoint::Check::Unknown, "not checked");
    if (address->addresses.empty()) {
      state->setCheck(Endpoint::Check::Unhealthy, "its name does not resolve");
    }
    members.push_back({state, endpoint.weight, endpoint.backup});
    out->addresses.push_back(std::move(*address));
  }
  const auto method = upstream.balance == "least_connections" ? BalanceMethod::LeastConnections
                                                              : BalanceMethod::RoundRobin;
  out->balancer = std::make_unique<Balancer>(
      method, std::move(members),
      Balancer::Ejection{upstream.eject_after_failures,
                         std::chrono::milliseconds(upstream.eject_for_ms)});
  snapshot->upstreams.push_back(std::move(out));
  return true;
}

bool SnapshotBuilder::Build::listeners() {
  for (const db::ListenerConfig& listener : config.listeners) {
    ListenerTable table;
    table.config = listener;
    bool first = true;
    for (size_t i = 0; i < snapshot->sites.size(); ++i) {
      const db::SiteConfig& site = snapshot->sites[i]->config;
      if (std::find(site.listeners.begin(), site.listeners.end(), listener.name) ==
          site.listeners.end()) {
        continue;
      }
      for (const std::string& host : site.hosts) table.hosts.add(host, i);
      const auto widen = [first](auto* slot, auto value) {
        *slot = first ? value : std::max(*slot, value);
      };
      widen(&table.limits.head_bytes, size_t{site.limits.head_bytes});
      widen(&table.limits.fields, size_t{site.limits.header_fields});
      widen(&table.limits.uri_bytes, size_t{site.limits.uri_bytes});
      widen(&table.head_timeout, std::chrono::milliseconds(site.timeouts.head_ms));
      widen(&table.idle_timeout, std::chrono::milliseconds(site.timeouts.idle_ms));
      widen(&table.write_timeout, std::chrono::milliseconds(site.timeouts.write_ms));
      first = false;
    }
    if (listener.tls && !tls(&table)) return false;
    snapshot->listeners.emplace(listenerKey(listener), std::move(table));
  }
  return true;
}

bool SnapshotBuilder::Build::tls(ListenerTable* listener) {
  std::vector<TlsCertificate> certificates;
  std::set<std::string> seen;
  for (const auto& site : snapshot->sites) {
    const auto& on = site->config.listeners;
    if (std::find(on.begin(), on.end(), listener->config.name) == on.end()) continue;
    for (const std::string& name : site->config.certificates) {
      if (!seen.insert(name).second) continue;
      const auto found =
          std::find_if(config.certificates.begin(), config.certificates.end(),
                       [&](const db::CertificateConfig& c) { return c.name == name; });
      if (found == config.certificates.end()) {
        return fail(waf::ErrorCode::Invalid, "site \"" + site->config.name +
                                                 "\": there is no certificate \"" + name +
                                                 "\"; add it first");
      }
      certificates.push_back({found->name, found->chain_pem, found->key_pem, {}});
    }
  }
  if (certificates.empty()) return true;  // nobody is served there yet: handshakes are refused
  TlsContext::Options options;
  if (listener->config.http2) options.alpn.insert(options.alpn.begin(), "h2");
  auto context = TlsContext::create(certificates, std::move(options));
  if (!context) {
    failure->error = context.error();
    return false;
  }
  listener->tls = std::move(*context);
  return true;
}

}  // namespace gateway
