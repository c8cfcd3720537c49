#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "waf/event/masking.h"

// The configuration document as plain structs of defaults: what `config export` prints, the API
// takes and the store keeps. JSON field names equal the member names (units in the name).
// db/config/config_json.h parses and prints, db/config/validate.h checks it as a whole.
namespace db {

struct ListenerConfig {
  std::string name;
  std::string address;  // "127.0.0.1:8080", "[::]:443", port 0 for tests
  bool tls = false;
  bool http2 = true;                   // offered in the TLS handshake
  bool http2_prior_knowledge = false;  // taken in clear from clients that start with it
};

struct CertificateConfig {
  std::string name;
  std::string chain_file;  // read at apply, relative to the document's folder; the content is then
                           // stored as PEM
  std::string key_file;
  std::string chain_pem;   // leaf first
  std::string key_pem;     // never exported in clear: export writes key_sealed
  std::string key_sealed;  // base64 of the AES-256-GCM sealed key; accepted where the same host key
                           // opens it
};

struct EndpointConfig {
  std::string address;  // host:port
  uint32_t weight = 1;
  bool backup = false;
};

struct HealthCheckConfig {
  bool enabled = false;
  std::string path = "/";
  uint32_t interval_ms = 5000;
  uint32_t timeout_ms = 2000;
  uint32_t healthy_after = 2;    // successes in a row
  uint32_t unhealthy_after = 3;  // failures in a row
};

struct UpstreamConfig {
  std::string name;
  std::string balance = "round_robin";
  std::vector<EndpointConfig> endpoints;
  HealthCheckConfig health_check;
  uint32_t eject_after_failures = 5;  // passive: failures in a row; 0 turns it off
  uint32_t eject_for_ms = 10000;
  uint32_t connect_timeout_ms = 5000;
  uint32_t first_byte_timeout_ms = 60000;
  uint32_t between_bytes_timeout_ms = 60000;
};

struct RulesetConfig {
  std::string name;
  std::string path;  // folder, .conf file or archive; absolute once stored (imports live below the
                     // data directory)
};

struct WafConfig {
  std::string mode = "DetectionOnly";  // Off, DetectionOnly, On
  std::vector<std::string> rulesets;   // empty: the built-in Portcullis rules
  std::optional<int> paranoia_level;
  std::optional<int> inbound_threshold;
  std::optional<int> outbound_threshold;
  std::string response_body = "buffer";   // buffer, off
  std::string failure_policy = "closed";  // closed, open
  std::vector<int64_t> disabled_rules;
};

struct AccessConfig {
  std::vector<std::string> allow;  // CIDRs; when not empty, others are refused
  std::vector<std::string> deny;   // looked at after allow: an address on both is allowed
};

struct RateLimitConfig {
  bool enabled = false;
  uint32_t requests = 100;  // per address
  uint32_t window_ms = 1000;
  uint32_t burst = 0;  // further requests let through at once
};

struct CacheConfig {
  bool enabled = false;
  uint64_t limit_bytes = 64u << 20;
  uint64_t object_limit_bytes = 1u << 20;
};

struct LimitsConfig {
  uint32_t head_bytes = 65536;
  uint32_t header_fields = 128;
  uint32_t uri_bytes = 32768;
  uint64_t body_bytes = 0;  // 0: no limit but the WAF's
  // Of a body in a content coding, when it is undone for inspection.
  uint64_t decoded_body_bytes = 0;    // 0: the rule set's limit for a body
  uint32_t decoded_body_ratio = 100;  // to the bytes as sent; above a megabyte
};

struct TimeoutsConfig {
  uint32_t head_ms = 10000;
  uint32_t body_ms = 30000;  // between progress
  uint32_t idle_ms = 60000;
  uint32_t write_ms = 30000;
};

// Requests that nothing refused and no rule matched, kept beside the events under the same ids.
struct AccessLogConfig {
  uint32_t sample_percent = 0;  // of the requests; 100 keeps all
  // Parts of the record that are kept: headers, query, body, response, tls, upstream, durations.
  std::vector<std::string> fields = {"headers", "query",    "body",     "response",
                                     "tls",     "upstream", "durations"};
};

// What a site's events hold beside the request and what matched.
struct EventDetailConfig {
  std::string response = "head";  // of the upstream's answer: off, head, excerpt
  // The record without masks too, sealed; who may lift them is a role.
  bool keep_secrets = false;
};

struct SiteConfig {
  std::string name;
  std::vector<std::string> hosts;  // "shop.example", "*.shop.example", "*" for any
  std::vector<std::string> listeners;
  std::vector<std::string> certificates;
  std::string upstream;
  bool redirect_to_https = false;
  bool hide_upstream = true;                 // Server and X-Powered-By removed, Location rewritten
  std::vector<std::string> trusted_proxies;  // CIDRs whose X-Forwarded-For is believed
  WafConfig waf;
  AccessConfig access;
  RateLimitConfig rate_limit;
  CacheConfig cache;
  LimitsConfig limits;
  TimeoutsConfig timeouts;
  AccessLogConfig access_log;
  EventDetailConfig events;
};

struct AuditLogConfig {
  std::string mode = "relevant";  // all, relevant, off
  std::string file;               // "" for none
};

// A further place that events are sent to as they happen.
struct OutputConfig {
  std::string name;
  std::string kind;     // syslog_udp, syslog_tcp, syslog_tls, webhook, file
  std::string address;  // of syslog: host:port
  std::string url;      // of webhook: https://…
  std::string ca_file;  // of TLS: who may issue the peer's certificate; "": the system's
  std::string secret;   // of webhook: signs what is sent; never exported in clear
  std::string secret_sealed;
  std::string file;               // of file
  std::string format = "json";    // json, cef, error_log
  std::string mode = "relevant";  // all, relevant
  uint64_t rotate_bytes = 100u << 20;
  uint32_t keep_files = 5;

  bool operator==(const OutputConfig&) const = default;
};

struct EventsConfig {
  uint32_t keep_days = 30;
  uint64_t limit_bytes = 10ull << 30;
  // Of ordinary requests, which have files of their own.
  uint32_t ordinary_keep_days = 7;
  uint64_t ordinary_limit_bytes = 2ull << 30;
  uint64_t min_free_bytes = 512ull << 20;  // of the disk: below it the oldest events go
};

// What is a secret in a request: asterisks stand in its place in events and logs. Names in any
// case.
struct MaskingConfig {
  bool enabled = true;
  std::vector<std::string> headers = waf::MaskingRules().headers;
  std::vector<std::string> parameters = waf::MaskingRules().parameters;
  bool card_numbers = true;
};

struct SettingsConfig {
  AuditLogConfig audit_log;
  std::vector<OutputConfig> outputs;
  EventsConfig events;
  MaskingConfig masking;
  std::string geo_database;  // a MaxMind DB file; "": events have no country
  uint32_t workers = 0;      // event loops; 0: one per core
  uint32_t drain_timeout_ms = 10000;
};

struct Config {
  std::vector<ListenerConfig> listeners;
  std::vector<CertificateConfig> certificates;
  std::vector<UpstreamConfig> upstreams;
  std::vector<RulesetConfig> rulesets;
  std::vector<SiteConfig> sites;
  SettingsConfig settings;
};

}  // namespace db
