#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "db/config/config.h"

// The one list of the configuration's fields: the parser, the printer, the JSON Schema and the diff
// all walk it. fields(visitor, object) calls visitor(Field, member) for each member in document
// order.
namespace db {

struct Field {
  std::string_view name;
  std::string_view about = {};   // for the JSON Schema
  bool required = false;         // must be present and, for a string or list, not empty
  std::string_view one_of = {};  // "Off|DetectionOnly|On"
  uint64_t min = 0;
  uint64_t max = std::numeric_limits<uint64_t>::max();  // also clipped by the member's type
  size_t max_length = 1024;  // bytes of a string, or of each string in a list
  size_t max_items = 1000;
  bool omit_empty = false;  // left out of the printed document when empty
  bool secret = false;      // never printed
};

template <typename T, typename Struct>
concept FieldsOf = std::same_as<std::remove_const_t<T>, Struct>;

inline constexpr size_t kMaxPemBytes = 256 * 1024;
inline constexpr uint64_t kMaxTimeoutMs = 24ull * 3600 * 1000;
inline constexpr Field kNameField = {
    .name = "name", .about = "unique among its kind", .required = true, .max_length = 128};

template <typename V, FieldsOf<ListenerConfig> T>
void fields(V&& v, T& o) {
  v(kNameField, o.name);
  v(Field{.name = "address", .about = "address:port", .required = true}, o.address);
  v(Field{.name = "tls", .about = "HTTPS; needs a certificate in each of its sites"}, o.tls);
  v(Field{.name = "http2", .about = "HTTP/2 is offered to HTTPS clients"}, o.http2);
  v(Field{.name = "http2_prior_knowledge",
          .about = "without TLS: clients may start with HTTP/2 at once"},
    o.http2_prior_knowledge);
  v(Field{.name = "tls_profile",
          .about = "intermediate: TLS 1.2 and 1.3; modern: 1.3 only",
          .one_of = "intermediate|modern"},
    o.tls_profile);
  v(Field{.name = "unknown_server_name",
          .about = "what a client gets that asks for a name no certificate has: the first "
                   "certificate, or a refusal",
          .one_of = "default|refuse"},
    o.unknown_server_name);
  v(Field{.name = "proxy_protocol_from",
          .about = "CIDRs of proxies whose connections begin with a PROXY protocol head"},
    o.proxy_protocol_from);
}

template <typename V, FieldsOf<CertificateConfig> T>
void fields(V&& v, T& o) {
  v(kNameField, o.name);
  v(Field{.name = "chain_file",
          .about = "PEM file, leaf first; read once, relative to the document's folder",
          .max_length = 4096,
          .omit_empty = true},
    o.chain_file);
  v(Field{.name = "key_file",
          .about = "PEM file of the private key; read once",
          .max_length = 4096,
          .omit_empty = true},
    o.key_file);
  v(Field{.name = "chain_pem",
          .about = "leaf first",
          .max_length = kMaxPemBytes,
          .omit_empty = true},
    o.chain_pem);
  v(Field{.name = "key_pem",
          .about = "accepted, never exported",
          .max_length = kMaxPemBytes,
          .secret = true},
    o.key_pem);
  v(Field{.name = "key_sealed",
          .about = "the private key, encrypted with this installation's secret key",
          .max_length = 2 * kMaxPemBytes,
          .omit_empty = true},
    o.key_sealed);
}

template <typename V, FieldsOf<EndpointConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "address", .about = "host:port", .required = true}, o.address);
  v(Field{.name = "weight", .about = "share of the requests", .min = 1, .max = 1000}, o.weight);
  v(Field{.name = "backup", .about = "asked only when no other endpoint is healthy"}, o.backup);
}

template <typename V, FieldsOf<UpstreamTlsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "enabled", .about = "HTTPS to the endpoints"}, o.enabled);
  v(Field{.name = "verify", .about = "false takes any certificate: for tests only"}, o.verify);
  v(Field{.name = "server_name",
          .about = "asked for and checked; empty: the endpoint's host",
          .max_length = 253},
    o.server_name);
  v(Field{.name = "ca_file",
          .about = "PEM file of the authorities; read once",
          .max_length = 4096,
          .omit_empty = true},
    o.ca_file);
  v(Field{.name = "ca_pem",
          .about = "authorities that the endpoints' certificates must come from; empty: the "
                   "system's",
          .max_length = kMaxPemBytes},
    o.ca_pem);
  v(Field{.name = "client_certificate",
          .about = "name of a certificate that is shown to the endpoints"},
    o.client_certificate);
}

template <typename V, FieldsOf<HealthCheckConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "enabled"}, o.enabled);
  v(Field{.name = "path", .required = true}, o.path);
  v(Field{.name = "interval_ms", .min = 100, .max = kMaxTimeoutMs}, o.interval_ms);
  v(Field{.name = "timeout_ms", .min = 1, .max = kMaxTimeoutMs}, o.timeout_ms);
  v(Field{.name = "healthy_after", .about = "successes in a row", .min = 1, .max = 100},
    o.healthy_after);
  v(Field{.name = "unhealthy_after", .about = "failures in a row", .min = 1, .max = 100},
    o.unhealthy_after);
}

template <typename V, FieldsOf<UpstreamConfig> T>
void fields(V&& v, T& o) {
  v(kNameField, o.name);
  v(Field{.name = "balance", .one_of = "round_robin"}, o.balance);
  v(Field{.name = "protocol",
          .about = "h2: HTTP/2 over TLS; h2c: without, known to be spoken there; gRPC needs one",
          .one_of = "http1|h2|h2c"},
    o.protocol);
  v(Field{.name = "endpoints", .required = true}, o.endpoints);
  v(Field{.name = "tls"}, o.tls);
  v(Field{.name = "health_check"}, o.health_check);
  v(Field{.name = "eject_after_failures",
          .about = "failures in a row; 0 turns it off",
          .max = 1000},
    o.eject_after_failures);
  v(Field{.name = "eject_for_ms", .min = 1, .max = kMaxTimeoutMs}, o.eject_for_ms);
  v(Field{.name = "connect_timeout_ms", .min = 1, .max = kMaxTimeoutMs}, o.connect_timeout_ms);
  v(Field{.name = "first_byte_timeout_ms", .min = 1, .max = kMaxTimeoutMs},
    o.first_byte_timeout_ms);
  v(Field{.name = "between_bytes_timeout_ms", .min = 1, .max = kMaxTimeoutMs},
    o.between_bytes_timeout_ms);
  v(Field{.name = "proxy_protocol",
          .about = "tells the endpoints whose connection it is",
          .one_of = "off|v1|v2"},
    o.proxy_protocol);
  v(Field{.name = "resolve_interval_s",
          .about = "how often names are looked up again; 0: only with the configuration",
          .max = 86400},
    o.resolve_interval_s);
}

template <typename V, FieldsOf<RulesetConfig> T>
void fields(V&& v, T& o) {
  v(kNameField, o.name);
  v(Field{.name = "path",
          .about = "a folder, a .conf file or an archive",
          .required = true,
          .max_length = 4096},
    o.path);
}

template <typename V, FieldsOf<WafConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "mode", .one_of = "Off|DetectionOnly|On"}, o.mode);
  v(Field{.name = "rulesets", .about = "empty: the built-in rules"}, o.rulesets);
  v(Field{.name = "paranoia_level", .about = "absent: what the rule set says", .min = 1, .max = 4},
    o.paranoia_level);
  v(Field{.name = "inbound_threshold", .min = 1, .max = 1000000}, o.inbound_threshold);
  v(Field{.name = "outbound_threshold", .min = 1, .max = 1000000}, o.outbound_threshold);
  v(Field{.name = "response_body", .one_of = "buffer|off"}, o.response_body);
  v(Field{.name = "failure_policy",
          .about = "what happens to a request when the engine fails",
          .one_of = "closed|open"},
    o.failure_policy);
  v(Field{.name = "verdict_cache",
          .about = "what the rules found of a content is kept for later requests; decides nothing"},
    o.verdict_cache);
  v(Field{.name = "inspection_budget_ms",
          .about =
              "the processor's time that the inspection of a request may take, and again that of "
              "its response; then the failure policy decides; 0: no limit",
          .max = 60000},
    o.inspection_budget_ms);
  v(Field{.name = "disabled_rules",
          .about = "rule ids that are off for this site",
          .min = 1,
          .max = std::numeric_limits<int64_t>::max(),
          .max_items = 10000},
    o.disabled_rules);
}

template <typename V, FieldsOf<AccessConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "allow",
          .about = "CIDRs; when not empty, others are refused",
          .max_items = 100000},
    o.allow);
  v(Field{.name = "deny",
          .about = "CIDRs; an address on both lists is allowed",
          .max_items = 100000},
    o.deny);
}

template <typename V, FieldsOf<RateLimitConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "enabled"}, o.enabled);
  v(Field{.name = "requests", .about = "per client address and window", .min = 1, .max = 10000000},
    o.requests);
  v(Field{.name = "window_ms", .min = 1, .max = kMaxTimeoutMs}, o.window_ms);
  v(Field{.name = "burst", .about = "further requests let through at once", .max = 10000000},
    o.burst);
}

template <typename V, FieldsOf<CacheConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "enabled"}, o.enabled);
  v(Field{.name = "limit_bytes", .min = 1024, .max = 1ull << 40}, o.limit_bytes);
  v(Field{.name = "object_limit_bytes", .min = 1, .max = 1ull << 40}, o.object_limit_bytes);
}

template <typename V, FieldsOf<CompressionConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "enabled", .about = "responses that came in clear go out compressed"}, o.enabled);
  v(Field{.name = "codings", .about = "zstd, br, gzip, in the order of preference", .max_items = 3},
    o.codings);
  v(Field{.name = "level", .about = "1 the fastest to 9", .min = 1, .max = 9}, o.level);
  v(Field{.name = "min_bytes", .about = "shorter ones go as they are", .max = 1 << 20},
    o.min_bytes);
  v(Field{.name = "types", .about = "media types: text/html, or text/* for all of a kind"},
    o.types);
  v(Field{.name = "with_secrets",
          .about = "also responses that set cookies or are private, and answers to requests with "
                   "credentials: their length may tell of a secret (BREACH)"},
    o.with_secrets);
}

template <typename V, FieldsOf<WebSocketConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "inspect_messages",
          .about = "text messages of clients run through the rules as bodies"},
    o.inspect_messages);
  v(Field{.name = "message_bytes",
          .about = "longer text messages close the WebSocket, where they are inspected",
          .min = 125,
          .max = 16u << 20},
    o.message_bytes);
}

template <typename V, FieldsOf<LimitsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "head_bytes", .min = 1024, .max = 1 << 20}, o.head_bytes);
  v(Field{.name = "header_fields", .min = 8, .max = 4096}, o.header_fields);
  v(Field{.name = "uri_bytes", .min = 256, .max = 1 << 20}, o.uri_bytes);
  v(Field{.name = "body_bytes", .about = "0: no limit but the WAF's", .max = 1ull << 50},
    o.body_bytes);
  v(Field{.name = "decoded_body_bytes",
          .about = "of a compressed body, decoded for inspection; 0: the rule set's limit",
          .max = 1ull << 32},
    o.decoded_body_bytes);
  v(Field{.name = "decoded_body_ratio",
          .about = "how many times a compressed body may grow when decoded, above a megabyte",
          .min = 2,
          .max = 100000},
    o.decoded_body_ratio);
}

template <typename V, FieldsOf<TimeoutsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "head_ms", .min = 1, .max = kMaxTimeoutMs}, o.head_ms);
  v(Field{.name = "body_ms", .about = "between progress", .min = 1, .max = kMaxTimeoutMs},
    o.body_ms);
  v(Field{.name = "idle_ms", .min = 1, .max = kMaxTimeoutMs}, o.idle_ms);
  v(Field{.name = "write_ms", .min = 1, .max = kMaxTimeoutMs}, o.write_ms);
}

template <typename V, FieldsOf<AccessLogConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "sample_percent",
          .about = "share of the ordinary requests that is kept beside the events; 100 keeps all",
          .max = 100},
    o.sample_percent);
  v(Field{.name = "fields",
          .about = "what of them is kept: headers, query, body, response, tls, upstream, durations",
          .one_of = "headers|query|body|response|tls|upstream|durations",
          .max_items = 7},
    o.fields);
}

template <typename V, FieldsOf<EventDetailConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "response",
          .about =
              "of the upstream's answer: nothing, its head, or its head and the beginning of a "
              "body that is inspected",
          .one_of = "off|head|excerpt"},
    o.response);
  v(Field{.name = "keep_secrets",
          .about = "masked values are kept too, sealed; the role auditor may read them"},
    o.keep_secrets);
}

template <typename V, FieldsOf<HstsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "max_age_s",
          .about = "browsers use HTTPS alone for so long; 0: not sent",
          .max = 10ull * 365 * 86400},
    o.max_age_s);
  v(Field{.name = "include_subdomains"}, o.include_subdomains);
  v(Field{.name = "preload", .about = "asks to be put into browsers' lists"}, o.preload);
}

template <typename V, FieldsOf<ClientCertificatesConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "mode",
          .about = "whether clients show a certificate in the handshake",
          .one_of = "off|optional|require"},
    o.mode);
  v(Field{.name = "ca_file",
          .about = "PEM file of the authorities; read once",
          .max_length = 4096,
          .omit_empty = true},
    o.ca_file);
  v(Field{.name = "ca_pem",
          .about = "authorities that the clients' certificates must come from",
          .max_length = kMaxPemBytes},
    o.ca_pem);
}

template <typename V, FieldsOf<SiteConfig> T>
void fields(V&& v, T& o) {
  v(kNameField, o.name);
  v(Field{.name = "hosts",
          .about = "\"shop.example\", \"*.shop.example\", \"*\" for any",
          .required = true},
    o.hosts);
  v(Field{.name = "listeners", .about = "names of listeners", .required = true}, o.listeners);
  v(Field{.name = "certificates", .about = "names of certificates"}, o.certificates);
  v(Field{.name = "upstream", .about = "name of an upstream", .required = true}, o.upstream);
  v(Field{.name = "client_certificates"}, o.client_certificates);
  v(Field{.name = "redirect_to_https"}, o.redirect_to_https);
  v(Field{.name = "hide_upstream", .about = "removes Server and X-Powered-By, rewrites Location"},
    o.hide_upstream);
  v(Field{.name = "trusted_proxies", .about = "CIDRs whose forwarded_field is believed"},
    o.trusted_proxies);
  v(Field{.name = "forwarded_field",
          .about = "in which the trusted proxies say who asked",
          .one_of = "x-forwarded-for|forwarded"},
    o.forwarded_field);
  v(Field{.name = "hsts"}, o.hsts);
  v(Field{.name = "waf"}, o.waf);
  v(Field{.name = "access"}, o.access);
  v(Field{.name = "rate_limit"}, o.rate_limit);
  v(Field{.name = "cache"}, o.cache);
  v(Field{.name = "compression"}, o.compression);
  v(Field{.name = "websocket"}, o.websocket);
  v(Field{.name = "grpc",
          .about = "calls to an HTTP/2 upstream pass message by message, their bodies uninspected"},
    o.grpc);
  v(Field{.name = "limits"}, o.limits);
  v(Field{.name = "timeouts"}, o.timeouts);
  v(Field{.name = "access_log"}, o.access_log);
  v(Field{.name = "events"}, o.events);
}

template <typename V, FieldsOf<AuditLogConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "mode", .one_of = "all|relevant|off"}, o.mode);
  v(Field{.name = "file", .about = "empty for none", .max_length = 4096}, o.file);
}

template <typename V, FieldsOf<OutputConfig> T>
void fields(V&& v, T& o) {
  v(kNameField, o.name);
  v(Field{.name = "kind",
          .required = true,
          .one_of = "syslog_udp|syslog_tcp|syslog_tls|webhook|file"},
    o.kind);
  v(Field{.name = "address", .about = "of syslog: host:port", .omit_empty = true}, o.address);
  v(Field{.name = "url",
          .about = "of webhook: https://host/path; batches of events are posted as JSON",
          .max_length = 2048,
          .omit_empty = true},
    o.url);
  v(Field{.name = "ca_file",
          .about =
              "of syslog_tls and webhook: PEM file of the authorities that may have issued the "
              "peer's certificate; empty: those that the system trusts",
          .max_length = 4096,
          .omit_empty = true},
    o.ca_file);
  v(Field{.name = "secret",
          .about =
              "of webhook: signs what is sent (X-Portcullis-Signature); accepted, never exported",
          .max_length = 256,
          .secret = true},
    o.secret);
  v(Field{.name = "secret_sealed",
          .about = "the secret, encrypted with this installation's secret key",
          .max_length = 1024,
          .omit_empty = true},
    o.secret_sealed);
  v(Field{.name = "file", .about = "of file", .max_length = 4096, .omit_empty = true}, o.file);
  v(Field{.name = "format",
          .about = "error_log: as ModSecurity writes to a web server's error log",
          .one_of = "json|cef|error_log"},
    o.format);
  v(Field{.name = "mode", .one_of = "all|relevant"}, o.mode);
  v(Field{.name = "rotate_bytes",
          .about = "of file: from this size on it becomes FILE.1",
          .min = 64u << 10,
          .max = 1ull << 40},
    o.rotate_bytes);
  v(Field{.name = "keep_files", .about = "of file: FILE.1 to FILE.N", .max = 1000}, o.keep_files);
}

template <typename V, FieldsOf<EventsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "keep_days", .min = 1, .max = 3650}, o.keep_days);
  v(Field{.name = "limit_bytes",
          .about = "disk space for events; the oldest go first",
          .min = 16ull << 20,
          .max = 1ull << 50},
    o.limit_bytes);
  v(Field{.name = "ordinary_keep_days",
          .about = "of the requests that access_log keeps: nothing refused "
                   "them, no rule matched",
          .min = 1,
          .max = 3650},
    o.ordinary_keep_days);
  v(Field{.name = "ordinary_limit_bytes",
          .about = "disk space for them; the oldest go first",
          .min = 16ull << 20,
          .max = 1ull << 50},
    o.ordinary_limit_bytes);
  v(Field{.name = "min_free_bytes",
          .about = "of the disk: below it the oldest events go",
          .max = 1ull << 50},
    o.min_free_bytes);
}

template <typename V, FieldsOf<MaskingConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "enabled", .about = "asterisks in the place of secrets in events and logs"},
    o.enabled);
  v(Field{.name = "headers", .about = "whose values are secrets"}, o.headers);
  v(Field{.name = "parameters", .about = "whose values are secrets, and those whose names end so"},
    o.parameters);
  v(Field{.name = "card_numbers", .about = "payment cards, wherever they stand"}, o.card_numbers);
}

template <typename V, FieldsOf<ConnectionsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "limit",
          .about = "open at once over all listeners; 0: what the descriptors allow",
          .max = 10000000},
    o.limit);
  v(Field{.name = "per_address", .about = "open at once; 0: no limit", .max = 10000000},
    o.per_address);
}

template <typename V, FieldsOf<SettingsConfig> T>
void fields(V&& v, T& o) {
  v(Field{.name = "audit_log"}, o.audit_log);
  v(Field{.name = "outputs", .max_items = 16}, o.outputs);
  v(Field{.name = "events"}, o.events);
  v(Field{.name = "masking"}, o.masking);
  v(Field{.name = "geo_database",
          .about = "a MaxMind DB file that knows countries; empty: events have none",
          .max_length = 4096},
    o.geo_database);
  v(Field{.name = "workers", .about = "event loops; 0: one per core", .max = 1024}, o.workers);
  v(Field{.name = "drain_timeout_ms",
          .about = "how long a stop waits for requests under way",
          .max = kMaxTimeoutMs},
    o.drain_timeout_ms);
  v(Field{.name = "upgrade_drain_timeout_ms",
          .about = "how long the old process of a binary upgrade keeps its connections",
          .max = kMaxTimeoutMs},
    o.upgrade_drain_timeout_ms);
  v(Field{.name = "connections"}, o.connections);
  v(Field{.name = "ocsp_stapling",
          .about = "asks the responders that certificates name, and staples what they say"},
    o.ocsp_stapling);
  v(Field{.name = "tls_ticket_rotation_s",
          .about = "how long a key seals session tickets; the keys before it still open theirs",
          .min = 60,
          .max = 7 * 86400},
    o.tls_ticket_rotation_s);
  v(Field{.name = "rule_cost_one_of",
          .about = "of so many requests one is measured, for the costs of rules; 0: none",
          .max = 1000000},
    o.rule_cost_one_of);
}

template <typename V, FieldsOf<Config> T>
void fields(V&& v, T& o) {
  v(Field{.name = "listeners"}, o.listeners);
  v(Field{.name = "certificates", .max_items = 10000}, o.certificates);
  v(Field{.name = "upstreams", .max_items = 10000}, o.upstreams);
  v(Field{.name = "rulesets"}, o.rulesets);
  v(Field{.name = "sites", .max_items = 10000}, o.sites);
  v(Field{.name = "settings"}, o.settings);
}

}  // namespace db
