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
    auto proxies = parseNetworks(listener.proxy_protocol_from);
    if (!proxies) {
      return fail(
          waf::ErrorCode::Invalid,
          "listener \"" + listener.name + "\": proxy_protocol_from: " + proxies.error().message);
    }
    table.proxies = std::move(*proxies);
    if (listener.tls && !tls(&table)) return false;
    snapshot->listeners.emplace(listenerKey(listener), std::move(table));
  }
  return true;
}

// What the site of a server name asks of its clients: found as requests find their site. Empty when
// no site of the listener asks for anything.
std::function<std::shared_ptr<const ClientAuth>(std::string_view)>
SnapshotBuilder::Build::clientAuthOf(const ListenerTable& listener) const {
  std::vector<std::shared_ptr<const ClientAuth>> by_site;
  bool any = false;
  for (const auto& site : snapshot->sites) {
    by_site.push_back(site->client_auth);
    any = any || site->client_auth;
  }
  if (!any) return {};
  return [by_site = std::move(by_site), hosts = listener.hosts](std::string_view server_name) {
    const auto index = hosts.find(server_name);
    return index ? by_site[*index] : nullptr;
  };
}

// One for a certificate, however many listeners use it and snapshots come and go. Null when it has
// none: without a responder that is no fault, but for a certificate that demands a staple.
std::shared_ptr<OcspStaple> SnapshotBuilder::Build::stapleOf(
    const db::CertificateConfig& certificate) {
  if (const auto known = snapshot->staples.find(certificate.name);
      known != snapshot->staples.end()) {
    return known->second;
  }
  const std::string prefix = "certificate \"" + certificate.name + "\": ";
  std::shared_ptr<OcspStaple> staple;
  const bool demanded = mustStaple(certificate.chain_pem);
  std::string why = "ocsp_stapling is off; turn it on in the settings";
  if (config.settings.ocsp_stapling) {
    std::weak_ptr<OcspStaple>& kept = builder.staples_[certificate.chain_pem];
    staple = kept.lock();
    if (!staple) {
      auto made = OcspStaple::create(certificate.chain_pem, waf::Clock::system());
      if (made) {
        staple = std::move(*made);
        kept = staple;
      } else {
        why = made.error().message;
      }
    }
  }
  if (!staple && demanded) {
    snapshot->warnings.push_back(prefix +
                                 "clients will refuse it without a stapled response: " + why);
  }
  std::erase_if(builder.staples_, [](const auto& each) { return each.second.expired(); });
  snapshot->staples[certificate.name] = staple;
  return staple;
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
      certificates.push_back({found->name, found->chain_pem, found->key_pem, {}, stapleOf(*found)});
    }
  }
  if (certificates.empty()) return true;  // nobody is served there yet: handshakes are refused
  TlsContext::Options options;
  if (listener->config.http2) options.alpn.insert(options.alpn.begin(), "h2");
  options.modern = listener->config.tls_profile == "modern";
  options.refuse_unknown_names = listener->config.unknown_server_name == "refuse";
  options.client_auth = clientAuthOf(*listener);
  auto context = TlsContext::create(certificates, std::move(options));
  if (!context) {
    failure->error = context.error();
    return false;
  }
  listener->tls = std::move(*context);
  return true;
}

}  // namespace gateway
