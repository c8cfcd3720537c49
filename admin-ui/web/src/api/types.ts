// The objects of the configuration document and of the API (packaging/docs/api.md). Field names are those on the wire.

export type Mode = 'Off' | 'DetectionOnly' | 'On';

export interface Listener {
  name: string;
  address: string;
  tls: boolean;
  http2?: boolean;
  http2_prior_knowledge?: boolean;
  tls_profile?: 'intermediate' | 'modern';
  unknown_server_name?: 'default' | 'refuse';
  proxy_protocol_from?: string[];
  used_by?: string[];
}

export interface Endpoint {
  address: string;
  weight: number;
  backup: boolean;
  state?: EndpointState;
  detail?: string;
  requests?: number;
  failures?: number;
}

export type EndpointState = 'healthy' | 'unhealthy' | 'ejected' | 'unknown';

export interface HealthCheck {
  enabled: boolean;
  path: string;
  interval_ms: number;
  timeout_ms: number;
  healthy_after: number;
  unhealthy_after: number;
}

export interface UpstreamTls {
  enabled: boolean;
  verify: boolean;
  server_name: string;
  ca_pem: string;
  client_certificate: string;
}

export const kNoUpstreamTls: UpstreamTls = { enabled: false, verify: true, server_name: '', ca_pem: '', client_certificate: '' };

export interface ClientCertificates {
  mode: 'off' | 'optional' | 'require';
  ca_pem: string;
}

export interface Upstream {
  name: string;
  balance: string;
  protocol?: string;
  endpoints: Endpoint[];
  tls?: UpstreamTls;
  health_check: HealthCheck;
  eject_after_failures: number;
  eject_for_ms: number;
  connect_timeout_ms: number;
  first_byte_timeout_ms: number;
  between_bytes_timeout_ms: number;
  proxy_protocol?: 'off' | 'v1' | 'v2';
  resolve_interval_s?: number;
  used_by?: string[];
}

export interface Waf {
  mode: Mode;
  rulesets: string[];
  paranoia_level?: number | null;
  inbound_threshold?: number | null;
  outbound_threshold?: number | null;
  response_body: string;
  failure_policy: string;
  inspection_budget_ms?: number;
  disabled_rules: number[];
}

export interface SiteStatus {
  effective_mode: Mode;
  detail: string;
  requests_24h: number;
  blocked_24h: number;
  detected_24h: number;
  cache_hits: number;
  cache_misses: number;
  cache_entries: number;
  cache_bytes: number;
  endpoints: { address: string; state: EndpointState; detail?: string }[];
  certificate_days_left?: number | null;
}

export interface Site {
  name: string;
  hosts: string[];
  listeners: string[];
  certificates: string[];
  upstream: string;
  client_certificates?: ClientCertificates;
  redirect_to_https: boolean;
  hide_upstream: boolean;
  trusted_proxies: string[];
  forwarded_field?: 'x-forwarded-for' | 'forwarded';
  hsts?: { max_age_s: number; include_subdomains: boolean; preload: boolean };
  waf: Waf;
  access: { allow: string[]; deny: string[] };
  rate_limit: { enabled: boolean; requests: number; window_ms: number; burst: number };
  cache: { enabled: boolean; limit_bytes: number; object_limit_bytes: number };
  compression?: { enabled: boolean; codings: string[]; level: number; min_bytes: number; types: string[]; with_secrets: boolean };
  websocket?: { inspect_messages: boolean; message_bytes: number };
  grpc?: boolean;
  limits?: { head_bytes: number; header_fields: number; uri_bytes: number; body_bytes: number; decoded_body_bytes: number; decoded_body_ratio: number };
  timeouts?: { head_ms: number; body_ms: number; idle_ms: number; write_ms: number };
  status?: SiteStatus;
}

export interface Certificate {
  name: string;
  subject?: string;
  hosts?: string[];
  issuer?: string;
  key_type?: string;
  not_before?: string;
  not_after?: string;
  days_left?: number;
  self_signed?: boolean;
  used_by?: string[];
}

export interface Ruleset {
  name: string;
  path: string;
  rules?: number;
  rx_total?: number;
  rx_hyperscan?: number;
  /** The site is served already; its patterns are still compiled in the background. */
  compiling?: boolean;
  databases?: number;
  database_bytes?: number;
  load_ms?: number;
  used_by?: string[];
  builtin?: boolean;
}

export interface RuleItem {
  id: number;
  phase: number;
  message: string;
  severity: string;
  tags: string[];
  file: string;
  line: number;
  paranoia_level?: number;
  text: string;
}

export interface Diagnostic {
  severity: string;
  file: string;
  line: number;
  message: string;
}

export interface Settings {
  audit_log: { mode: string; file: string };
  events: { keep_days: number; limit_bytes: number; ordinary_keep_days?: number; ordinary_limit_bytes?: number };
  workers: number;
  drain_timeout_ms: number;
  upgrade_drain_timeout_ms: number;
  rule_cost_one_of?: number;
  connections?: { limit: number; per_address: number };
  ocsp_stapling?: boolean;
  tls_ticket_rotation_s?: number;
}

export interface Items<T> {
  items: T[];
  version: number;
}

export interface Changed<T> {
  item: T;
  version: number;
}
