import type { Attention } from '@/api/overview';
import type { Certificate, Listener, Ruleset, Settings, Site, Upstream } from '@/api/types';
import type { Job } from '@/api/rulesets';
import type { User } from '@/api/users';
import type { Version } from '@/api/versions';
import type { AuditEvent } from '@/api/events';
import { makeEvents } from './events';

export interface MockOptions {
  logged_in?: boolean;
  must_change_password?: boolean;
  role?: 'admin' | 'viewer' | 'auditor';
  empty?: boolean;
  alarms?: string[];
}

export interface MockState {
  options: MockOptions;
  version: number;
  sites: Site[];
  upstreams: Upstream[];
  listeners: Listener[];
  certificates: Certificate[];
  rulesets: Ruleset[];
  settings: Settings;
  users: User[];
  versions: Version[];
  events: AuditEvent[];
  jobs: Map<string, Job>;
  attention: Attention[];
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const kDay = 86400;

function site(name: string, hosts: string[], upstream: string, change: Partial<Site> & { mode?: Site['waf']['mode'] }): Site {
  const { mode = 'On', ...rest } = change;
  return {
    name,
    hosts,
    listeners: ['http', 'https'],
    certificates: [name],
    upstream,
    redirect_to_https: true,
    hide_upstream: true,
    trusted_proxies: [],
    waf: { mode, rulesets: ['crs'], paranoia_level: 1, inbound_threshold: 5, outbound_threshold: 4, response_body: 'buffer', failure_policy: 'closed', disabled_rules: [] },
    access: { allow: [], deny: ['198.51.100.0/24'] },
    rate_limit: { enabled: false, requests: 100, window_ms: 1000, burst: 0 },
    cache: { enabled: false, limit_bytes: 64 << 20, object_limit_bytes: 1 << 20 },
    ...rest,
  };
}

function upstream(name: string, endpoints: [string, string, string?][], used_by: string[]): Upstream {
  return {
    name,
    balance: 'round_robin',
    endpoints: endpoints.map(([address, state, detail], index) => ({
      address,
      weight: 1,
      backup: false,
      state: state as 'healthy',
      detail: detail ?? (state === 'healthy' ? 'for 6 d 4 h' : ''),
      requests: 481_220 - index * 1311,
      failures: state === 'healthy' ? 3 : 214,
    })),
    health_check: { enabled: true, path: '/healthz', interval_ms: 5000, timeout_ms: 2000, healthy_after: 2, unhealthy_after: 3 },
    eject_after_failures: 5,
    eject_for_ms: 10000,
    connect_timeout_ms: 5000,
    first_byte_timeout_ms: 60000,
    between_bytes_timeout_ms: 60000,
    used_by,
  };
}

function status(requests: number, blocked: number, detected: number, endpoints: string[], days: number, effective: Site['waf']['mode'] = 'On', cache = 0): Site['status'] {
  return {
    effective_mode: effective,
    detail: '',
    requests_24h: requests,
    blocked_24h: blocked,
    detected_24h: detected,
    cache_hits: cache * 9,
    cache_misses: cache,
    cache_entries: Math.round(cache / 7),
    cache_bytes: cache * 911,
    endpoints: endpoints.map((state, index) => ({ address: `10.20.0.${11 + index}:8080`, state: state as 'healthy' })),
    certificate_days_left: days,
  };
}

function certificate(name: string, hosts: string[], days: number, used_by: string[], self_signed = false): Certificate {
  return {
    name,
    subject: `CN=${hosts[0] ?? name}`,
    hosts,
    issuer: self_signed ? `CN=${hosts[0] ?? name}` : 'C=US, O=Let’s Encrypt, CN=E7',
    key_type: self_signed ? 'RSA 2048' : 'ECDSA P-256',
    not_before: ago(kDay * (90 - days)),
    not_after: ago(-kDay * days),
    days_left: days,
    self_signed,
    used_by,
  };
}

function versions(): Version[] {
  const changes: [number, string, string][] = [
    [1400, 'anna', 'site shop: mode DetectionOnly → On'],
    [7200, 'anna', 'site shop: rule 942432 off'],
    [26000, 'admin', 'certificate blog replaced'],
    [91000, 'admin', 'rule set crs imported: 702 rules'],
    [180000, 'tomas', 'upstream api-pool: endpoint 10.20.0.13:8080 added'],
    [260000, 'admin', 'site intranet added'],
    [350000, 'admin', 'first configuration'],
  ];
  return changes.map(([seconds, author, comment], index) => ({ number: 41 - index, time: ago(seconds), author, comment }));
}

function sites(): Site[] {
  return [
    site('shop', ['shop.example', 'www.shop.example'], 'shop-pool', {
      status: status(1_284_310, 1_893, 12, ['healthy', 'healthy', 'healthy'], 64, 'On', 41_200),
      cache: { enabled: true, limit_bytes: 256 << 20, object_limit_bytes: 2 << 20 },
      waf: { mode: 'On', rulesets: ['crs'], paranoia_level: 2, inbound_threshold: 5, outbound_threshold: 4, response_body: 'buffer', failure_policy: 'closed', disabled_rules: [942432] },
    }),
    site('api', ['api.shop.example'], 'api-pool', { status: status(812_044, 402, 3, ['healthy', 'healthy', 'ejected'], 64) }),
    site('blog', ['blog.example', '*.blog.example'], 'blog', { status: status(96_410, 877, 0, ['healthy'], 12) }),
    site('partners', ['partners.example'], 'partners', { mode: 'DetectionOnly', status: status(4_120, 0, 61, ['healthy', 'unhealthy'], 5, 'DetectionOnly') }),
    site('intranet', ['intra.example'], 'intranet', {
      mode: 'Off',
      certificates: ['intranet'],
      status: status(18_733, 0, 0, ['unknown'], 341, 'Off'),
      waf: { mode: 'Off', rulesets: [], response_body: 'off', failure_policy: 'closed', disabled_rules: [] },
    }),
  ];
}

export function createState(options: MockOptions = {}): MockState {
  const empty = options.empty ?? false;
  return {
    options,
    version: 41,
    sites: empty ? [] : sites(),
    upstreams: empty
      ? []
      : [
          upstream('shop-pool', [['10.20.0.11:8080', 'healthy'], ['10.20.0.12:8080', 'healthy'], ['10.20.0.13:8080', 'healthy']], ['shop']),
          upstream('api-pool', [['10.20.0.21:8080', 'healthy'], ['10.20.0.22:8080', 'healthy'], ['10.20.0.23:8080', 'ejected', 'five failures in a row, tried again in 8 s']], ['api']),
          upstream('blog', [['10.20.0.31:8080', 'healthy']], ['blog']),
          upstream('partners', [['10.20.0.41:8080', 'healthy'], ['10.20.0.42:8080', 'unhealthy', 'connection refused, since 14:02']], ['partners']),
          upstream('intranet', [['10.20.0.51:8080', 'unknown', 'no check is set']], ['intranet']),
        ],
    listeners: [
      { name: 'http', address: '0.0.0.0:80', tls: false },
      { name: 'https', address: '0.0.0.0:443', tls: true },
    ],
    certificates: empty
      ? []
      : [
          certificate('shop', ['shop.example', 'www.shop.example'], 64, ['shop']),
          certificate('api', ['api.shop.example'], 64, ['api']),
          certificate('blog', ['blog.example', '*.blog.example'], 12, ['blog']),
          certificate('partners', ['partners.example'], 5, ['partners']),
          certificate('intranet', ['intra.example'], 341, ['intranet'], true),
        ],
    rulesets: [
      { name: 'portcullis', path: '/usr/share/portcullis/rules', rules: 74, rx_total: 61, rx_hyperscan: 60, databases: 9, database_bytes: 1_204_000, load_ms: 118, used_by: ['intranet'], builtin: true },
      { name: 'crs', path: '/var/lib/portcullis/rulesets/crs', rules: 702, rx_total: 318, rx_hyperscan: 308, databases: 36, database_bytes: 14_880_000, load_ms: 41, used_by: ['shop', 'api', 'blog', 'partners'], builtin: false },
      { name: 'crs-3.3', path: '/var/lib/portcullis/rulesets/crs-3.3', rules: 571, rx_total: 262, rx_hyperscan: 254, databases: 31, database_bytes: 11_200_000, load_ms: 38, used_by: [], builtin: false },
    ],
    settings: {
      audit_log: { mode: 'relevant', file: '/var/log/portcullis/audit.jsonl' },
      events: { keep_days: 30, limit_bytes: 10 * 2 ** 30 },
      workers: 0,
      drain_timeout_ms: 10000,
      upgrade_drain_timeout_ms: 3600000,
      rule_cost_one_of: 256,
    },
    users: [
      { name: 'admin', role: 'admin', disabled: false, must_change_password: false, locked_until: null, last_login: ago(86000) },
      { name: 'anna', role: 'admin', disabled: false, must_change_password: false, locked_until: null, last_login: ago(1500) },
      { name: 'tomas', role: 'viewer', disabled: false, must_change_password: false, locked_until: ago(-600), last_login: ago(700_000) },
      { name: 'audit', role: 'viewer', disabled: true, must_change_password: true, locked_until: null, last_login: null },
    ],
    versions: empty ? [] : versions(),
    events: empty ? [] : makeEvents(420),
    jobs: new Map(),
    attention: empty
      ? []
      : [
          { severity: 'error', message: 'The certificate of partners expires in 5 days.', link: '/certificates' },
          { severity: 'warning', message: 'Endpoint 10.20.0.42:8080 of partners is unhealthy: connection refused.', link: '/sites/partners/upstream' },
        ],
  };
}
