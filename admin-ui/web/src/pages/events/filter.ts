import { kEventFields, type EventField, type EventFilter } from '@/api/events';

export const kFieldLabels: Record<EventField, string> = {
  site: 'Site',
  decision: 'Decision',
  reason: 'Reason',
  client: 'Client',
  rule: 'Rule',
  path: 'Path from',
  q: 'Text',
  filter: 'Filter',
};

/** What is typed into the filter bar starts with one of these words, or is searched for as text. */
const kWords: Record<string, EventField> = {
  site: 'site',
  decision: 'decision',
  reason: 'reason',
  client: 'client',
  ip: 'client',
  rule: 'rule',
  path: 'path',
  q: 'q',
  text: 'q',
};

export function readFilter(params: URLSearchParams): EventFilter {
  const filter: EventFilter = {};
  for (const field of kEventFields) {
    const value = params.get(field);
    if (value) filter[field] = value;
  }
  return filter;
}

export function withField(params: URLSearchParams, field: EventField, value: string | undefined): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value) next.set(field, value);
  else next.delete(field);
  return next;
}

export function clearFilter(params: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const field of kEventFields) next.delete(field);
  return next;
}

/** What only the filter language can say: several terms, signs, wildcards, ranges, lists, quotes, other fields. */
function needsLanguage(text: string): boolean {
  return /^-\S/.test(text) || /[a-z_]+:\S*\s|\s-?[a-z_]+:\S|["*,<>]|\.\.\d|:\dxx$/i.test(text) || /^(status|severity|score|method|country|id|since|until):/i.test(text);
}

/** "rule:942100", "client:10.0.0.0/8", "/login", "942100", "192.0.2.1", any text, or terms such as "-path:/health status:5xx". */
export function parseToken(text: string): { field: EventField; value: string } | undefined {
  const wanted = text.trim();
  if (!wanted) return undefined;
  if (needsLanguage(wanted)) return { field: 'filter', value: wanted };
  const token = /^([a-z]+)\s*[:=]\s*(.+)$/i.exec(wanted);
  const field = token && kWords[(token[1] ?? '').toLowerCase()];
  if (field && token) return { field, value: token[2] ?? '' };
  if (wanted.startsWith('/')) return { field: 'path', value: wanted };
  if (/^\d{5,7}$/.test(wanted)) return { field: 'rule', value: wanted };
  if (/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(wanted)) return { field: 'client', value: wanted };
  return { field: 'q', value: wanted };
}
