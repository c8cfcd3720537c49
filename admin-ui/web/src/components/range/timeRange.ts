// The time range of every page: `?range=6h`, or `?from=…&to=…` after a selection in a chart. Nothing for 24 hours.

export interface TimeRange {
  key: string;
  label: string;
  seconds: number;
  /** RFC 3339, reckoned anew at each call when the range ends now. */
  window: () => { since: string; until?: string };
  live: boolean;
}

export const kRanges = [
  { key: '1h', label: 'Last hour', seconds: 3600 },
  { key: '6h', label: 'Last 6 hours', seconds: 6 * 3600 },
  { key: '24h', label: 'Last 24 hours', seconds: 24 * 3600 },
  { key: '7d', label: 'Last 7 days', seconds: 7 * 86400 },
  { key: '30d', label: 'Last 30 days', seconds: 30 * 86400 },
] as const;

const kDefault = kRanges[2];

export function parseRange(params: URLSearchParams): TimeRange {
  const from = Date.parse(params.get('from') ?? '');
  const to = Date.parse(params.get('to') ?? '');
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) {
    const since = new Date(from).toISOString();
    const until = new Date(to).toISOString();
    return {
      key: `${since}/${until}`,
      label: `${shortTime(from)} – ${shortTime(to)}`,
      seconds: (to - from) / 1000,
      window: () => ({ since, until }),
      live: false,
    };
  }
  const named = kRanges.find((range) => range.key === params.get('range')) ?? kDefault;
  return {
    ...named,
    window: () => ({ since: new Date(Date.now() - named.seconds * 1000).toISOString() }),
    live: true,
  };
}

function shortTime(time: number): string {
  const date = new Date(time);
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

/** Keeps the range when a link leads to another page. */
export function rangeParams(params: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams();
  for (const key of ['range', 'from', 'to']) {
    const value = params.get(key);
    if (value) kept.set(key, value);
  }
  return kept;
}

export function setNamedRange(params: URLSearchParams, key: string): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('from');
  next.delete('to');
  if (key === kDefault.key) next.delete('range');
  else next.set('range', key);
  return next;
}

export function setExactRange(params: URLSearchParams, from: Date, to: Date): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('range');
  next.set('from', from.toISOString());
  next.set('to', to.toISOString());
  return next;
}

const kSteps = [1, 5, 10, 15, 30, 60, 180, 360, 720, 1440];

/** About a hundred columns, in steps that a reader knows. */
export function stepMinutes(seconds: number): number {
  const wanted = seconds / 60 / 96;
  return kSteps.find((step) => step >= wanted) ?? 1440;
}
