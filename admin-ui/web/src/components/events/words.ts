import type { AuditEvent, MatchedRule } from '@/api/events';

// An event in words: "SQL injection in parameter id of GET /search, blocked, score 5".

const kReasons: Record<string, string> = {
  waf: 'Attack signature',
  protocol: 'Malformed request',
  tls: 'TLS failure',
  limit: 'Over a limit',
  access: 'Access list',
  rate: 'Rate limit',
  upstream: 'Upstream failure',
  fault: 'Inspection fault',
  '': 'Logged only',
};

export function reasonWords(reason: string): string {
  return kReasons[reason] ?? reason;
}

const kClasses: [RegExp, string][] = [
  [/attack-sqli|sql.?inj/i, 'SQL injection'],
  [/attack-xss|cross.?site|\bxss\b/i, 'Cross-site scripting'],
  [/attack-rce|command inj|remote command|shell/i, 'Command injection'],
  [/attack-lfi|travers|local file/i, 'Path traversal'],
  [/attack-rfi|remote file/i, 'Remote file inclusion'],
  [/attack-injection-php|\bphp\b/i, 'PHP injection'],
  [/attack-injection-java|\bjava\b|log4j/i, 'Java injection'],
  [/attack-injection-generic|attack-generic|ssrf|template|node\.?js/i, 'Code injection'],
  [/attack-fixation|session fixation/i, 'Session fixation'],
  [/attack-reputation-scanner|scanner/i, 'Scanner'],
  [/attack-protocol|protocol/i, 'Protocol violation'],
  [/attack-multipart/i, 'Multipart violation'],
  [/leak|disclosure/i, 'Information leak'],
];

/** The rule that says most: an attack's own rule, not the one that adds the scores up. */
export function leadingRule(event: Pick<AuditEvent, 'rules'>): MatchedRule | undefined {
  const own = event.rules.filter((rule) => !/^(949|959|980)\d{3}$/.test(String(rule.id)));
  const critical = own.find((rule) => /CRIT|EMERG|ALERT/i.test(rule.severity));
  return critical ?? own[0] ?? event.rules[0];
}

export function attackClass(rule: Pick<MatchedRule, 'tags' | 'msg'>): string | undefined {
  const text = [...(rule.tags ?? []).filter((tag) => tag.startsWith('attack-')), rule.msg].join(' ');
  return kClasses.find(([pattern]) => pattern.test(text))?.[1];
}

const kCollections: Record<string, string> = {
  ARGS: 'parameter',
  ARGS_GET: 'query parameter',
  ARGS_POST: 'form field',
  REQUEST_HEADERS: 'header',
  REQUEST_COOKIES: 'cookie',
  FILES: 'file',
  FILES_NAMES: 'file field',
  RESPONSE_HEADERS: 'response header',
  XML: 'XML body',
  TX: 'variable',
};

const kVariables: Record<string, string> = {
  REQUEST_URI: 'the address',
  REQUEST_URI_RAW: 'the address',
  REQUEST_FILENAME: 'the path',
  REQUEST_BASENAME: 'the file name',
  REQUEST_BODY: 'the body',
  RESPONSE_BODY: 'the response body',
  REQUEST_LINE: 'the request line',
  REQUEST_METHOD: 'the method',
  REQUEST_PROTOCOL: 'the protocol version',
  QUERY_STRING: 'the query string',
  REMOTE_ADDR: 'the client address',
};

export function variableWords(variable: string): string {
  const colon = variable.indexOf(':');
  if (colon < 0) {
    if (/_NAMES$/.test(variable)) return 'a parameter name';
    return kVariables[variable] ?? variable;
  }
  const collection = variable.slice(0, colon);
  const key = variable.slice(colon + 1);
  if (collection === 'ARGS_NAMES') return `parameter name ${key}`;
  const word = kCollections[collection];
  return word ? `${word} ${key}` : variable;
}

export function pathOf(uri: string): string {
  const end = uri.search(/[?#]/);
  return end < 0 ? uri : uri.slice(0, end);
}

export function headline(event: AuditEvent): string {
  const where = `${event.request.method || 'a request'} ${pathOf(event.request.uri)}`.trim();
  const rule = leadingRule(event);
  const score = Math.max(event.scores?.inbound ?? 0, event.scores?.outbound ?? 0);
  const end = score > 0 ? `, ${event.decision}, score ${score}` : `, ${event.decision}`;
  if (rule && (event.reason === 'waf' || event.reason === '' || event.decision === 'detected')) {
    const what = attackClass(rule) ?? (rule.msg || `Rule ${rule.id}`);
    const place = rule.variable && !rule.variable.startsWith('TX:') ? ` in ${variableWords(rule.variable)}` : '';
    return `${what}${place} of ${where}${end}`;
  }
  return `${reasonWords(event.reason)}: ${event.detail ? `${event.detail}, ` : ''}${where}${end}`;
}
