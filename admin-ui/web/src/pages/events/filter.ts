import { kEventFields, type EventField, type EventFilter } from '@/api/events';

export const kFieldLabels: Record<EventField, string> = {
  site: 'Site',
  decision: 'Decision',
  reason: 'Reason',
  client: 'Client',
  rule: 'Rule',
  path: 'Path from',
  q: 'Text',
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

/** "rule:942100", "client:10.0.0.0/8", "/login", "942100", "192.0.2.1" or any text. */
export function parseToken(text: string): { field: EventField; value: string } | undefined {
  const wanted = text.trim();
  if (!wanted) return undefined;
  const token = /^([a-z]+)\s*[:=]\s*(.+)$/i.exec(wanted);
  const field = token && kWords[(token[1] ?? '').toLowerCase()];
  if (field && token) return { field, value: token[2] ?? '' };
  if (wanted.startsWith('/')) return { field: 'path', value: wanted };
  if (/^\d{5,7}$/.test(wanted)) return { field: 'rule', value: wanted };
  if (/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(wanted)) return { field: 'client', value: wanted };
  return { field: 'q', value: wanted };
}
