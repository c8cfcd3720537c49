import type { AuditEvent, EventCounts, EventRow } from '@/api/events';
import type { Overview, TopEntry, TrafficPoint } from '@/api/overview';
import type { RuleCosts } from '@/api/ruleCosts';
import type { RuleItem } from '@/api/types';
import { leadingRule, pathOf } from '@/components/events/words';
import { seeded } from './random';
import type { MockState } from './state';

export function toRow(event: AuditEvent): EventRow {
  const rule = leadingRule(event);
  const value = rule?.value ?? '';
  return {
    id: event.id,
    time: event.time,
    site: event.site,
    decision: event.decision,
    reason: event.reason,
    client: event.client.ip,
    method: event.request.method,
    uri: event.request.uri,
    status: event.response.status,
    rule_id: rule?.id ?? 0,
    rule_message: rule?.msg ?? '',
    matched: rule?.match ? value.slice(rule.match.offset, rule.match.offset + rule.match.length) : '',
    score: event.scores.inbound,
  };
}

export function findEvents(state: MockState, query: URLSearchParams): { items: EventRow[]; next_cursor: string } {
  const wants = (field: string, value: string) => !query.get(field) || query.get(field) === value;
  const since = Date.parse(query.get('since') ?? '') || 0;
  const until = Date.parse(query.get('until') ?? '') || Infinity;
  const text = (query.get('q') ?? '').toLowerCase();
  const rows = state.events
    .map(toRow)
    .filter(
      (row) =>
        wants('site', row.site) &&
        wants('decision', row.decision) &&
        wants('reason', row.reason) &&
        wants('client', row.client) &&
        wants('rule', String(row.rule_id)) &&
        row.uri.startsWith(query.get('path') ?? '') &&
        Date.parse(row.time) >= since &&
        Date.parse(row.time) <= until &&
        `${row.uri} ${row.client} ${row.id} ${row.rule_message}`.toLowerCase().includes(text),
    );
  const start = Number(query.get('cursor') || 0);
  const limit = Number(query.get('limit') || 100);
  return { items: rows.slice(start, start + limit), next_cursor: start + limit < rows.length ? String(start + limit) : '' };
}

/** The cursor is how many events there were: newer ones stand at the front. */
export function tailEvents(state: MockState, query: URLSearchParams): { items: EventRow[]; cursor: string } {
  const all = state.events.length;
  const known = query.get('cursor') ? Number(query.get('cursor')) : all;
  return { items: state.events.slice(0, all - known).reverse().map(toRow), cursor: String(all) };
}

function count(rows: EventRow[], key: (row: EventRow) => string, label?: (row: EventRow) => string): TopEntry[] {
  const counts = new Map<string, TopEntry>();
  for (const row of rows) {
    const name = key(row);
    if (!name || name === '0') continue;
    const entry = counts.get(name) ?? { key: name, label: label ? label(row) : name, count: 0 };
    entry.count += 1;
    counts.set(name, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, 10);
}

export function eventCounts(state: MockState, query: URLSearchParams): EventCounts {
  const filter = new URLSearchParams(query);
  filter.set('limit', '10000');
  const rows = findEvents(state, filter).items;
  const step = Number(query.get('step_seconds') || 3600) * 1000;
  const bars = new Map<number, EventCounts['histogram'][number]>();
  for (const row of rows) {
    const start = Math.floor(Date.parse(row.time) / step) * step;
    const bar = bars.get(start) ?? { start: new Date(start).toISOString(), blocked: 0, detected: 0, passed: 0 };
    bar[row.decision] += 1;
    bars.set(start, bar);
  }
  return {
    total: rows.length,
    partial: false,
    facets: {
      site: count(rows, (row) => row.site),
      decision: count(rows, (row) => row.decision),
      reason: count(rows, (row) => row.reason),
      rule: count(rows, (row) => String(row.rule_id), (row) => row.rule_message),
      client: count(rows, (row) => row.client),
      path: count(rows, (row) => pathOf(row.uri)),
      status: count(rows, (row) => String(row.status)),
      method: count(rows, (row) => row.method),
      severity: [],
      country: [],
    },
    attackers: count(rows, (row) => row.client).map(({ key, count: events }) => ({
      client: key,
      site: rows.find((row) => row.client === key)?.site ?? '',
      first: rows.filter((row) => row.client === key).at(-1)?.time ?? '',
      last: rows.find((row) => row.client === key)?.time ?? '',
      count: events,
      blocked: rows.filter((row) => row.client === key && row.decision === 'blocked').length,
      classes: ['sqli', 'xss'],
    })),
    histogram: [...bars.entries()].sort((a, b) => a[0] - b[0]).map(([, bar]) => bar),
  };
}

function traffic(state: MockState, since: number, until: number, step: number): TrafficPoint[] {
  if (state.sites.length === 0) return [];
  const random = seeded(11);
  const points: TrafficPoint[] = [];
  for (let time = Math.floor(since / step) * step; time < until; time += step) {
    const hour = new Date(time).getHours() + new Date(time).getMinutes() / 60;
    const shape = 0.35 + 0.65 * Math.max(0, Math.sin(((hour - 5) / 24) * Math.PI * 2 - 0.4)) + random() * 0.12;
    const requests = Math.round((shape * 1500 * step) / 60_000);
    const burst = random() > 0.93 ? 0.22 : 0.0014;
    points.push({
      minute: new Date(time).toISOString(),
      requests,
      blocked: Math.round(requests * burst * (0.5 + random())),
      detected: Math.round(requests * 0.0006 * random()),
      client_errors: Math.round(requests * 0.011),
      server_errors: Math.round(requests * 0.0004),
      cache_hits: Math.round(requests * 0.31),
    });
  }
  return points;
}

export function overview(state: MockState, query: URLSearchParams): Overview {
  const since = Date.parse(query.get('since') ?? '');
  const until = Date.parse(query.get('until') ?? '') || Date.now();
  const points = traffic(state, since, until, Number(query.get('step_minutes') || 15) * 60_000);
  const filter = new URLSearchParams(query);
  filter.set('limit', '10000');
  const rows = findEvents(state, filter).items;
  const sum = (field: keyof Omit<TrafficPoint, 'minute'>) => points.reduce((total, point) => total + point[field], 0);
  return {
    traffic: points,
    totals: {
      requests: sum('requests'),
      blocked: sum('blocked'),
      detected: sum('detected'),
      client_errors: sum('client_errors'),
      server_errors: sum('server_errors'),
      cache_hits: sum('cache_hits'),
    },
    top: {
      sites: count(rows, (row) => row.site),
      rules: count(rows, (row) => String(row.rule_id), (row) => row.rule_message),
      clients: count(rows, (row) => row.client),
      paths: count(rows, (row) => pathOf(row.uri)),
      reasons: count(rows, (row) => row.reason),
    },
    sites: [],
    endpoints: state.upstreams.flatMap((item) =>
      item.endpoints.map((endpoint) => ({ upstream: item.name, address: endpoint.address, state: endpoint.state ?? 'unknown', detail: endpoint.detail ?? '' })),
    ),
    attention: state.attention,
  };
}

export function statusOf(state: MockState) {
  return {
    version: '0.1.0',
    uptime_s: 541_220,
    ready: true,
    config_version: state.version,
    on_last_good: false,
    alarms: state.options.alarms ?? [],
    listeners: state.listeners.map((item) => `${item.name} ${item.address}`),
    connections: 318,
    requests: 9_812_330,
    events_written: 41_022,
    events_lost: 0,
    outputs: [{ name: 'siem', sent: 41_000, dropped: 22, waiting: 0, problem: '' }],
    sites: state.sites.map((site) => ({ site: site.name, configured_mode: site.waf.mode, effective_mode: site.status?.effective_mode ?? site.waf.mode, detail: '' })),
    endpoints: overview(state, new URLSearchParams({ since: new Date().toISOString() })).endpoints,
    rulesets: [],
  };
}

const kRuleNames: [number, string, string, string][] = [
  [913100, 'User agent of a security scanner', 'attack-reputation-scanner', '913-scanner'],
  [920170, 'GET or HEAD with a body', 'attack-protocol', '920-protocol'],
  [930110, 'Path traversal (/../)', 'attack-lfi', '930-lfi'],
  [930120, 'Access to a system file', 'attack-lfi', '930-lfi'],
  [932160, 'Unix shell command', 'attack-rce', '932-rce'],
  [933150, 'High-risk PHP function call', 'attack-injection-php', '933-php'],
  [941100, 'Cross-site scripting found by the tokeniser', 'attack-xss', '941-xss'],
  [941110, 'Cross-site scripting: event handler in markup', 'attack-xss', '941-xss'],
  [942100, 'SQL injection found by the tokeniser', 'attack-sqli', '942-sqli'],
  [942190, 'Execution of a stored procedure', 'attack-sqli', '942-sqli'],
  [944150, 'Java injection through a lookup (Log4j)', 'attack-injection-java', '944-java'],
  [949110, 'Inbound anomaly score exceeded', '', '949-blocking'],
];

export function rulesOf(): RuleItem[] {
  return kRuleNames.map(([id, message, tag, file], index) => ({
    id,
    phase: index < 2 ? 1 : 2,
    message,
    severity: index % 5 === 1 ? 'WARNING' : 'CRITICAL',
    tags: tag ? [tag, 'paranoia-level/1'] : [],
    file: `rules/${file}.conf`,
    line: 40 + index * 37,
    paranoia_level: 1 + (index % 3 === 2 ? 1 : 0),
    text: `SecRule ARGS|ARGS_NAMES|REQUEST_COOKIES "@rx (?i)example-${id}" \\\n    "id:${id},\\\n    phase:2,\\\n    block,\\\n    t:none,t:urlDecodeUni,\\\n    msg:'${message}',\\\n    severity:'CRITICAL'"`,
  }));
}

const kCosts: Record<number, [number, number]> = { 942190: [9.8, 2.1], 932160: [5.2, 3.3], 941100: [4.9, 0], 942100: [4.1, 0.2], 920170: [0.3, 0] };

export function ruleCostsOf(site: string): RuleCosts {
  const items = kRuleNames.map(([id, message, , file], index) => {
    const [evaluation_us, scan_us] = kCosts[id] ?? [0.04 * index, 0.003];
    const us_per_request = evaluation_us + scan_us;
    const evaluations = evaluation_us > 0 ? 1843 : 0;
    return { id, phase: index < 2 ? 1 : 2, message, file: `rules/${file}.conf`, line: 40 + index * 37, evaluations, hits: id === 949110 ? 41 : index % 4, evaluation_us, scan_us, us_per_request, share: us_per_request / 61.4 };
  });
  items.sort((a, b) => b.us_per_request - a.us_per_request);
  return { site, since: new Date(Date.now() - 5 * 3_600_000).toISOString(), one_of: 256, samples: 1843, us_per_request: 61.4, items };
}
