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
  bool http2 = true;                             // offered in the TLS handshake
  bool http2_prior_knowledge = false;            // taken in clear from clients that start with it
  std::string tls_profile = "intermediate";      // intermediate: 1.2 and 1.3; modern: 1.3 only
  std::string unknown_server_name = "default";   // default: the first certificate; refuse
  std::vector<std::string> proxy_protocol_from;  // CIDRs of proxies that begin with its head
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

// TLS from the gateway to an upstream.
struct UpstreamTlsConfig {
  bool enabled = false;
  bool verify = true;
  std::string server_name;         // SNI and the name that is checked; "" the endpoint's host
  std::string ca_file;             // read at apply; the content is then stored as PEM
  std::string ca_pem;              // "" the system's authorities
  std::string client_certificate;  // name of a certificate to show; "" none

  bool operator==(const UpstreamTlsConfig&) const = default;
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
  std::string protocol = "http1";  // http1, h2: HTTP/2 over TLS, h2c: in clear, known to be spoken
  std::vector<EndpointConfig> endpoints;
  UpstreamTlsConfig tls;
  HealthCheckConfig health_check;
  uint32_t eject_after_failures = 5;  // passive: failures in a row; 0 turns it off
  uint32_t eject_for_ms = 10000;
  uint32_t connect_timeout_ms = 5000;
  uint32_t first_byte_timeout_ms = 60000;
  uint32_t between_bytes_timeout_ms = 60000;
  std::string proxy_protocol = "off";  // off, v1, v2: the head that connections begin with
  uint32_t resolve_interval_s = 30;    // names are looked up again; 0: only with the configuration
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
  bool verdict_cache = true;              // what is found of a content is kept for the next request
  uint32_t inspection_budget_ms = 2000;   // of the processor, for a request; 0: none
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

// At the edge: what the upstream sends in clear goes to the client in a content coding.
struct CompressionConfig {
  bool enabled = false;
  std::vector<std::string> codings = {"zstd", "br", "gzip"};  // in the order of preference
  uint32_t level = 4;
  uint32_t min_bytes = 1024;
  std::vector<std::string> types = {"text/*",
                                    "application/json",
                                    "application/javascript",
                                    "application/xml",
                                    "application/manifest+json",
                                    "application/rss+xml",
                                    "application/atom+xml",
                                    "application/xhtml+xml",
                                    "application/problem+json",
                                    "application/ld+json",
                                    "application/wasm",
                                    "image/svg+xml"};
  bool with_secrets = false;  // also where the length may tell of one (BREACH)
};

// After the handshake, which is a request like any other.
struct WebSocketConfig {
  bool inspect_messages = false;  // text that the client sends; no extension is then negotiated
  uint32_t message_bytes = 65536;
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

// Strict-Transport-Security (RFC 6797); sent over TLS only.
struct HstsConfig {
  uint32_t max_age_s = 0;  // 0: not sent
  bool include_subdomains = false;
  bool preload = false;
};

// Mutual TLS: what a client must show in the handshake.
struct ClientCertificatesConfig {
  std::string mode = "off";  // off, optional, require
  std::string ca_file;       // read at apply; the content is then stored as PEM
  std::string ca_pem;        // who may have issued them
};

struct SiteConfig {
  std::string name;
  std::vector<std::string> hosts;  // "shop.example", "*.shop.example", "*" for any
  std::vector<std::string> listeners;
  std::vector<std::string> certificates;
  std::string upstream;
  bool redirect_to_https = false;
  ClientCertificatesConfig client_certificates;
  bool hide_upstream = true;                 // Server and X-Powered-By removed, Location rewritten
  std::vector<std::string> trusted_proxies;  // CIDRs whose forwarded_field is believed
  std::string forwarded_field = "x-forwarded-for";  // x-forwarded-for, forwarded
  HstsConfig hsts;
  WafConfig waf;
  AccessConfig access;
  RateLimitConfig rate_limit;
  CacheConfig cache;
  CompressionConfig compression;
  WebSocketConfig websocket;
  bool grpc =
      false;  // calls to an HTTP/2 upstream pass message by message, their bodies uninspected
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

// Connections of clients, over all listeners. What is beyond is closed at once, with an event.
struct ConnectionsConfig {
  uint32_t limit = 0;        // open at once; 0: what the descriptors allow
  uint32_t per_address = 0;  // 0: no limit
};

struct SettingsConfig {
  AuditLogConfig audit_log;
  std::vector<OutputConfig> outputs;
  EventsConfig events;
  MaskingConfig masking;
  std::string geo_database;  // a MaxMind DB file; "": events have no country
  uint32_t workers = 0;      // event loops; 0: one per core
  uint32_t drain_timeout_ms = 10000;
  // How long the old process of a binary upgrade lives on for its connections.
  uint32_t upgrade_drain_timeout_ms = 3600 * 1000;
  ConnectionsConfig connections;
  bool ocsp_stapling = false;             // for certificates that name a responder
  uint32_t tls_ticket_rotation_s = 3600;  // how long a key seals session tickets
  uint32_t rule_cost_one_of = 256;        // of so many requests one is measured; 0: none
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
