#include <algorithm>

#include "gateway/config/snapshot_build.h"
#include "waf/engine/program.h"

namespace gateway {
namespace {

waf::EngineMode modeOf(const std::string& mode) {
  if (mode == "On") return waf::EngineMode::On;
  return mode == "Off" ? waf::EngineMode::Off : waf::EngineMode::DetectionOnly;
}

bool sameCache(const db::CacheConfig& a, const db::CacheConfig& b) {
  return a.enabled == b.enabled && a.limit_bytes == b.limit_bytes &&
         a.object_limit_bytes == b.object_limit_bytes;
}

// ":8443" of the site's first TLS listener, "" for 443.
std::string httpsPortSuffix(const db::Config& config, const db::SiteConfig& site) {
  for (const db::ListenerConfig& listener : config.listeners) {
    if (!listener.tls) continue;
    if (std::find(site.listeners.begin(), site.listeners.end(), listener.name) ==
        site.listeners.end())
      continue;
    const std::string port = listener.address.substr(listener.address.rfind(':') + 1);
    return port == "443" ? "" : ":" + port;
  }
  return "";
}

}  // namespace

bool SnapshotBuilder::Build::sites() {
  return std::all_of(config.sites.begin(), config.sites.end(),
                     [this](const db::SiteConfig& each) { return site(each); });
}

const Site* SnapshotBuilder::Build::previousSite(const std::string& name) const {
  if (previous == nullptr) return nullptr;
  for (const auto& site : previous->sites) {
    if (site->config.name == name) return site.get();
  }
  return nullptr;
}

bool SnapshotBuilder::Build::site(const db::SiteConfig& site) {
  auto out = std::make_unique<Site>();
  out->config = site;
  const std::string prefix = "site \"" + site.name + "\": ";
  const auto upstream =
      std::find_if(snapshot->upstreams.begin(), snapshot->upstreams.end(),
                   [&](const auto& each) { return each->config.name == site.upstream; });
  if (upstream == snapshot->upstreams.end()) {
    return fail(waf::ErrorCode::Invalid,
                prefix + "there is no upstream \"" + site.upstream + "\"; add it first");
  }
  out->upstream = *upstream;
  auto access = AccessList::create(site.access);
  if (!access) return fail(waf::ErrorCode::Invalid, prefix + "access: " + access.error().message);
  out->access = std::move(*access);
  auto trusted = parseNetworks(site.trusted_proxies);
  if (!trusted)
    return fail(waf::ErrorCode::Invalid, prefix + "trusted_proxies: " + trusted.error().message);
  out->trusted_proxies = std::move(*trusted);
  const db::ClientCertificatesConfig& clients = site.client_certificates;
  if (clients.mode != "off") {
    auto auth = ClientAuth::create(
        clients.mode == "require" ? ClientAuth::Mode::Require : ClientAuth::Mode::Optional,
        clients.ca_pem);
    if (!auth) {
      return fail(waf::ErrorCode::Invalid,
                  prefix + "client_certificates.ca_pem: " + auth.error().message);
    }
    out->client_auth = std::move(*auth);
    if (site.cache.enabled) {
      snapshot->warnings.push_back(prefix +
                                   "its cache is not used, since it asks for client certificates; "
                                   "turn one of them off");
    }
  }
  if (site.hsts.max_age_s > 0) {
    out->hsts = "max-age=" + std::to_string(site.hsts.max_age_s);
    if (site.hsts.include_subdomains) out->hsts += "; includeSubDomains";
    if (site.hsts.preload) out->hsts += "; preload";
  }
  out->https_port_suffix = httpsPortSuffix(config, site);
  out->traffic = builder.trafficOf(site.name);
  if (!rules(site, out.get())) return false;
  carryOver(previousSite(site.name), out.get());
  snapshot->sites.push_back(std::move(out));
  return true;
}

bool SnapshotBuilder::Build::rules(const db::SiteConfig& site, Site* out) {
  out->policy.mode = modeOf(site.waf.mode);
  out->policy.decoded_body_bytes = site.limits.decoded_body_bytes;
  out->policy.decoded_body_ratio = site.limits.decoded_body_ratio;
  out->policy.verdict_cache = site.waf.verdict_cache;
  out->policy.budget = std::chrono::milliseconds(site.waf.inspection_budget_ms);
  out->fail_closed = site.waf.failure_policy != "open";
  for (const int64_t id : site.waf.disabled_rules) out->policy.removed_rules.emplace_back(id, id);
  if (out->policy.mode == waf::EngineMode::Off) return true;

  waf::RuleSetOptions options;
  for (const std::string& name : site.waf.rulesets) {
    const auto found =
        std::find_if(config.rulesets.begin(), config.rulesets.end(),
                     [&](const db::RulesetConfig& each) { return each.name == name; });
    if (found == config.rulesets.end()) {
      return fail(waf::ErrorCode::Invalid, "site \"" + site.name + "\": there is no rule set \"" +
                                               name + "\"; import it first");
    }
    options.paths.push_back(found->path);
  }
  if (options.paths.empty()) {
    if (builder.options_.builtin_rules.empty()) {
      snapshot->warnings.push_back(
          "site \"" + site.name +
          "\" is not protected: no rule set is active and the built-in rules were not found; "
          "import a rule set or install the package's rules");
      return true;
    }
    options.paths.push_back(builder.options_.builtin_rules);
  }
  options.paranoia_level = site.waf.paranoia_level;
  options.inbound_threshold = site.waf.inbound_threshold;
  options.outbound_threshold = site.waf.outbound_threshold;
  if (!builder.options_.data_dir.empty()) options.cache_dir = builder.options_.data_dir + "/cache";

  options.use_hyperscan = builder.options_.use_hyperscan;

  const RuleSetCache::Entry& entry = rule_sets.get(options);
  if (!entry.rule_set) {
    failure->diagnostics = entry.diagnostics;
    const std::string first =
        entry.diagnostics.empty() ? "it does not load" : entry.diagnostics.front().toString();
    return fail(waf::ErrorCode::Invalid, "site \"" + site.name + "\": rule set: " + first);
  }
  out->rule_set = entry.rule_set;
  out->rule_set_options = options;
  out->rule_set_identity = entry.identity;
  out->inspect_response_body = site.waf.response_body != "off";
  return true;
}

void SnapshotBuilder::Build::carryOver(const Site* before, Site* out) const {
  if (out->rule_set) {
    const bool kept =
        before != nullptr && before->costs && before->costs->ruleSet() == out->rule_set;
    out->costs = kept
                     ? before->costs
                     : std::make_shared<waf::RuleCosts>(out->rule_set, waf::Clock::system().wall());
  }
  if (out->config.rate_limit.enabled) {
    if (before != nullptr && before->rate_limiter &&
        before->rate_limiter->sameNumbers(out->config.rate_limit)) {
      out->rate_limiter = before->rate_limiter;
    } else {
      out->rate_limiter = std::make_shared<RateLimiter>(out->config.rate_limit);
    }
  }
  // What the upstream answers may be for the holder of a certificate alone.
  if (!out->config.cache.enabled || out->client_auth) return;
  // What is stored was inspected by the rules of its time and came from the upstream of its time.
  const bool same = before != nullptr && before->cache &&
                    sameCache(before->config.cache, out->config.cache) &&
                    before->rule_set_identity == out->rule_set_identity &&
                    before->policy.mode == out->policy.mode &&
                    before->policy.removed_rules == out->policy.removed_rules &&
                    before->inspect_response_body == out->inspect_response_body &&
                    before->config.upstream == out->config.upstream &&
                    before->config.hide_upstream == out->config.hide_upstream;
  out->cache = same ? before->cache : std::make_shared<ResponseCache>(out->config.cache);
}

}  // namespace gateway
