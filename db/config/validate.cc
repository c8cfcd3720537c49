#include "db/config/validate.h"

#include <algorithm>
#include <map>
#include <set>

#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace db {
namespace {

constexpr size_t kMaxProblems = 100;

using Names = std::set<std::string, std::less<>>;

template <typename T>
Names namesOf(const std::vector<T>& objects) {
  Names out;
  for (const T& object : objects) out.insert(object.name);
  return out;
}

// Walks one Config; lives for one call. `at` says which object the following problems are about.
class Validator {
 public:
  explicit Validator(const Config& config)
      : config_(config),
        listeners_(namesOf(config.listeners)),
        certificates_(namesOf(config.certificates)),
        upstreams_(namesOf(config.upstreams)),
        rulesets_(namesOf(config.rulesets)) {
    for (const ListenerConfig& listener : config.listeners) {
      if (listener.tls) tls_listeners_.insert(listener.name);
    }
  }

  std::vector<ConfigProblem> run() {
    checkEach("listeners", "listener", config_.listeners);
    checkEach("certificates", "certificate", config_.certificates);
    checkEach("upstreams", "upstream", config_.upstreams);
    checkEach("rulesets", "rule set", config_.rulesets);
    checkEach("sites", "site", config_.sites);
    checkEach("settings.outputs", "output", config_.settings.outputs);
    return std::move(problems_);
  }

 private:
  template <typename T>
  void checkEach(std::string_view list, std::string_view kind, const std::vector<T>& objects) {
    Names seen;
    for (size_t i = 0; i < objects.size(); ++i) {
      path_ = std::string(list) + "[" + std::to_string(i) + "]";
      kind_ = kind;
      name_ = objects[i].name;
      checkObjectName();
      if (!seen.insert(name_).second) {
        report("name", "there is another " + kind_ + " of this name; choose a different one");
      }
      check(objects[i]);
    }
  }

  void report(std::string_view field, std::string_view message) {
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back({path_ + "." + std::string(field), kind_, name_, std::string(field),
                         kind_ + " \"" + name_ + "\": " + std::string(message)});
  }

  // Names stand in URLs, file names and log lines.
  void checkObjectName() {
    if (name_.empty() || name_.size() > 128) report("name", "name must have 1 to 128 characters");
    for (const char c : name_) {
      const char lower = waf::asciiLower(c);
      const bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                         std::string_view("-_.").find(c) != std::string_view::npos;
      if (!plain) {
        return report("name", "name may have letters, digits, \"-\", \"_\" and \".\" only");
      }
    }
    if (name_ == "." || name_ == "..") report("name", "name must have a letter or a digit");
  }

  void check(const ListenerConfig& listener) {
    checkNetworks("proxy_protocol_from", listener.proxy_protocol_from);
    const std::string why = checkAddress(listener.address, true);
    if (!why.empty()) return report("address", why);
    const size_t colon = listener.address.rfind(':');
    std::string host = listener.address.substr(0, colon);
    if (host.front() == '[') host = host.substr(1, host.size() - 2);
    waf::IpAddress ignored;
    if (!waf::IpAddress::parse(host, &ignored)) {
      return report("address",
                    "address \"" + listener.address +
                        "\" must begin with an IP address of this machine; write 0.0.0.0" +
                        listener.address.substr(colon) + " for all");
    }
    if (listener.address.substr(colon) == ":0") return;  // each gets a port of its own
    const auto [other, fresh] = addresses_.emplace(listener.address, listener.name);
    if (!fresh) {
      report("address", "address " + listener.address + " is taken by listener \"" + other->second +
                            "\"; choose another port");
    }
  }

  void check(const OutputConfig& output) {
    if (output.kind == "file") {
      if (!output.file.starts_with('/')) {
        report("file", "file must be an absolute path, such as /var/log/portcullis/events.cef");
      }
      return;
    }
    if (!output.ca_file.empty() && !output.ca_file.starts_with('/')) {
      report("ca_file", "ca_file must be an absolute path");
    }
    if (output.kind == "webhook") {
      if (!output.url.starts_with("https://")) {
        report("url", "url must begin with https://: events hold what must not be read on the way");
      }
      return;
    }
    const std::string why = checkAddress(output.address, false);
    if (!why.empty()) report("address", why);
  }

  void check(const CertificateConfig& certificate) {
    if (certificate.chain_pem.empty() && certificate.chain_file.empty()) {
      report("chain_pem", "has no certificate; give chain_pem or chain_file");
    }
    if (certificate.key_pem.empty() && certificate.key_file.empty() &&
        certificate.key_sealed.empty()) {
      report("key_pem", "has no private key; give key_pem or key_file");
    }
  }

  void check(const UpstreamConfig& upstream) {
    if (upstream.endpoints.empty()) report("endpoints", "has no endpoint; add at least one");
    std::set<std::string> seen;
    bool primary = false;
    for (size_t i = 0; i < upstream.endpoints.size(); ++i) {
      const EndpointConfig& endpoint = upstream.endpoints[i];
      const std::string field = "endpoints[" + std::to_string(i) + "].address";
      const std::string why = checkEndpoint(endpoint.address);
      if (!why.empty()) report(field, why);
      if (!seen.insert(waf::toLower(endpoint.address)).second) {
        report(field, "endpoint " + endpoint.address + " is there twice; raise its weight instead");
      }
      primary = primary || !endpoint.backup;
    }
    if (!primary && !upstream.endpoints.empty()) {
      report("endpoints", "every endpoint is a backup; at least one must not be");
    }
    checkUpstreamTls(upstream.tls);
    if (upstream.protocol == "h2" && !upstream.tls.enabled) {
      report("protocol", "protocol h2 needs tls.enabled; without TLS it is h2c");
    }
    if (upstream.protocol == "h2c" && upstream.tls.enabled) {
      report("protocol", "protocol h2c is HTTP/2 without TLS; with tls.enabled it is h2");
    }
    if (upstream.protocol != "http1" && upstream.proxy_protocol != "off") {
      report("proxy_protocol",
             "proxy_protocol names one client a connection, which HTTP/2 shares; choose protocol "
             "http1");
    }
    const HealthCheckConfig& health = upstream.health_check;
    if (health.path.empty() || health.path.front() != '/' ||
        health.path.find(' ') != std::string::npos) {
      report("health_check.path", "health check path must begin with / and have no space");
    }
    if (health.enabled && health.timeout_ms > health.interval_ms) {
      report("health_check.timeout_ms", "health check timeout is longer than its interval");
    }
  }

  void checkUpstreamTls(const UpstreamTlsConfig& tls) {
    if (!tls.client_certificate.empty() &&
        certificates_.find(tls.client_certificate) == certificates_.end()) {
      report("tls.client_certificate",
             "certificate \"" + tls.client_certificate + "\" does not exist; add it first");
    }
    if (tls.server_name.empty()) return;
    const std::string why = checkHost(tls.server_name);
    if (!why.empty() || tls.server_name.find('*') != std::string::npos) {
      report("tls.server_name",
             why.empty() ? "server name has a *; write one name" : "server name " + why);
    }
  }

  void check(const RulesetConfig& ruleset) {
    if (ruleset.path.empty())
      report("path", "has no path; give a folder, a .conf file or an archive");
  }

  void checkGrpc(const SiteConfig& site) {
    const auto upstream =
        std::find_if(config_.upstreams.begin(), config_.upstreams.end(),
                     [&](const auto& each) { return each.name == site.upstream; });
    if (upstream == config_.upstreams.end() || upstream->protocol != "http1") return;
    report("grpc", "gRPC is spoken over HTTP/2; set protocol of upstream \"" + upstream->name +
                       "\" to h2 or h2c, or turn grpc off");
  }

  void check(const SiteConfig& site) {
    checkReferences("listeners", "listener", site.listeners, listeners_);
    checkReferences("certificates", "certificate", site.certificates, certificates_);
    checkReferences("waf.rulesets", "rule set", site.waf.rulesets, rulesets_);
    if (upstreams_.find(site.upstream) == upstreams_.end()) {
      report("upstream", site.upstream.empty()
                             ? "has no upstream; choose one"
                             : "upstream \"" + site.upstream + "\" does not exist; add it first");
    }
    if (site.listeners.empty()) report("listeners", "has no listener; choose at least one");
    checkTls(site);
    checkHosts(site);
    if (site.grpc) checkGrpc(site);
    checkNetworks("trusted_proxies", site.trusted_proxies);
    checkNetworks("access.allow", site.access.allow);
    checkNetworks("access.deny", site.access.deny);
    if (site.cache.object_limit_bytes > site.cache.limit_bytes) {
      report("cache.object_limit_bytes", "the cache's object limit is larger than the cache");
    }
    checkCompression(site.compression);
    if (site.limits.uri_bytes > site.limits.head_bytes) {
      report("limits.uri_bytes", "the limit of the URI is larger than that of the head it is in");
    }
  }

  void checkCompression(const CompressionConfig& compression) {
    Names seen;
    for (const std::string& coding : compression.codings) {
      if (coding != "zstd" && coding != "br" && coding != "gzip") {
        report("compression.codings", "coding \"" + coding + "\" is not one of zstd, br and gzip");
      } else if (!seen.insert(coding).second) {
        report("compression.codings", "coding \"" + coding + "\" is there twice");
      }
    }
    if (compression.enabled && compression.codings.empty()) {
      report("compression.codings", "compresses but has no coding; write gzip");
    }
    for (const std::string& type : compression.types) {
      const size_t slash = type.find('/');
      if (slash == std::string::npos || slash == 0 || slash + 1 == type.size() ||
          type != waf::toLower(type)) {
        report("compression.types", "\"" + type + "\" is no media type in lower case");
      }
    }
  }

  void checkReferences(std::string_view field, std::string_view kind,
                       const std::vector<std::string>& used, const Names& known) {
    Names seen;
    for (const std::string& name : used) {
      if (known.find(name) == known.end()) {
        report(field, std::string(kind) + " \"" + name + "\" does not exist; add it first");
      } else if (!seen.insert(name).second) {
        report(field, std::string(kind) + " \"" + name + "\" is there twice");
      }
    }
  }

  void checkTls(const SiteConfig& site) {
    bool any_tls = false;
    for (const std::string& listener : site.listeners) {
      if (tls_listeners_.find(listener) == tls_listeners_.end()) continue;
      any_tls = true;
      if (site.certificates.empty()) {
        report("certificates", "listener \"" + listener +
                                   "\" is HTTPS but the site has no certificate; choose one or "
                                   "make a self-signed one");
      }
    }
    if (site.client_certificates.mode != "off") {
      if (!any_tls) {
        report("client_certificates.mode",
               "asks for client certificates but has no HTTPS listener; add one");
      }
      if (site.client_certificates.ca_pem.empty() && site.client_certificates.ca_file.empty()) {
        report("client_certificates.ca_pem",
               "asks for client certificates but names no authority for them; give ca_pem");
      }
    }
    const HstsConfig& hsts = site.hsts;
    if (hsts.max_age_s > 0 && !any_tls) {
      report("hsts.max_age_s", "asks for HTTPS alone but has no HTTPS listener; add one");
    }
    constexpr uint32_t kPreloadSeconds = 31536000;
    if (hsts.preload && (hsts.max_age_s < kPreloadSeconds || !hsts.include_subdomains)) {
      report("hsts.preload",
             "preload needs include_subdomains and a max_age_s of at least 31536000");
    }
    if (site.redirect_to_https && !any_tls) {
      report("redirect_to_https", "redirects to HTTPS but has no HTTPS listener; add one");
    }
  }

  void checkHosts(const SiteConfig& site) {
    if (site.hosts.empty()) report("hosts", "has no host; write its name, or \"*\" for any");
    std::set<std::string> seen;
    for (const std::string& host : site.hosts) {
      const std::string why = checkHost(host);
      if (!why.empty()) {
        report("hosts", "host " + why);
        continue;
      }
      const std::string key = waf::toLower(host);
      if (!seen.insert(key).second) {
        report("hosts", "host \"" + host + "\" is there twice");
        continue;
      }
      for (const std::string& listener : site.listeners) {
        const auto [other, fresh] = hosts_.emplace(std::pair(listener, key), site.name);
        if (fresh || other->second == site.name) continue;
        report("hosts", "host \"" + host + "\" is taken by site \"" + other->second +
                            "\" on listener \"" + listener + "\"; remove it there first");
        break;
      }
    }
  }

  void checkNetworks(std::string_view field, const std::vector<std::string>& networks) {
    for (const std::string& network : networks) {
      const auto parsed = waf::IpNetwork::parse(network);
      if (!parsed) report(field, parsed.error().message);
    }
  }

  const Config& config_;
  Names listeners_;
  Names tls_listeners_;
  Names certificates_;
  Names upstreams_;
  Names rulesets_;
  std::map<std::string, std::string> addresses_;                      // → listener
  std::map<std::pair<std::string, std::string>, std::string> hosts_;  // (listener, host) → site
  std::vector<ConfigProblem> problems_;
  std::string path_;
  std::string kind_;
  std::string name_;
};

}  // namespace

std::vector<ConfigProblem> findProblems(const Config& config) { return Validator(config).run(); }

Result<void> validate(const Config& config) {
  const std::vector<ConfigProblem> problems = findProblems(config);
  if (problems.empty()) return {};
  std::string message = problems.front().message;
  if (problems.size() > 1) {
    message += " (and " + std::to_string(problems.size() - 1) + " more)";
  }
  return waf::fail(waf::ErrorCode::Invalid, "config", message);
}

}  // namespace db
