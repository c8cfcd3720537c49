import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { apiUrl, call } from './client';

export type Decision = 'blocked' | 'detected' | 'passed';

export interface EventRow {
  id: string;
  time: string;
  site: string;
  decision: Decision;
  reason: string;
  client: string;
  method: string;
  uri: string;
  status: number;
  rule_id: number;
  rule_message: string;
  matched: string;
  score: number;
}

export interface EventPage {
  items: EventRow[];
  next_cursor: string;
  /** "" or one sentence: how far back a slow search came, or what was left out. */
  notice?: string;
}

export interface CountEntry {
  key: string;
  label: string;
  count: number;
}

export type FacetField = 'site' | 'decision' | 'reason' | 'rule' | 'client' | 'path' | 'status' | 'method' | 'severity' | 'country';

/** What one client did to one site. */
export interface Attacker {
  client: string;
  site: string;
  first: string;
  last: string;
  count: number;
  blocked: number;
  classes: string[];
}

/** What the events of a filter have in common. When partial, of the time since counted_back_to alone. */
export interface EventCounts {
  total: number;
  partial: boolean;
  counted_back_to?: string;
  facets: Record<FacetField, CountEntry[]>;
  attackers?: Attacker[];
  /** Of the histogram: wider than what was asked for when the range is long. */
  step_seconds?: number;
  histogram: { start: string; blocked: number; detected: number; passed: number }[];
}

export interface MatchedRule {
  id: number;
  phase: number;
  msg: string;
  data: string;
  severity: string;
  tags: string[];
  variable: string;
  value: string;
  value_base64?: string;
  transformations: string[];
  match?: { offset: number; length: number };
  file?: string;
  line?: number;
}

/** The audit log's record: the same object as the line in the file. */
export interface AuditEvent {
  id: string;
  time: string;
  site: string;
  client: { ip: string; port: number; country?: string };
  request: {
    method: string;
    uri: string;
    protocol: string;
    headers: [string, string][];
    body_excerpt?: string;
  };
  response: { status: number; headers?: [string, string][]; body_excerpt?: string };
  decision: Decision;
  reason: string;
  detail?: string;
  rules: MatchedRule[];
  scores: { inbound: number; outbound: number; classes?: Record<string, number> };
  upstream?: string;
  cache?: string;
  tls?: { version?: string; sni?: string; ja4?: string };
  durations_us?: Record<string, number>;
  /** What is masked is kept: an auditor may ask for it. */
  secrets_kept?: boolean;
}

/** The fields that the API filters by (path: with what is below it, q: words of the text), and its filter language. */
export const kEventFields = ['site', 'decision', 'reason', 'client', 'rule', 'path', 'q', 'filter'] as const;
export type EventField = (typeof kEventFields)[number];
export type EventFilter = Partial<Record<EventField, string>>;
export type Window = () => { since: string; until?: string };

const kPageSize = 100;

export function useEvents(filter: EventFilter, window_key: string, window: Window, enabled = true) {
  return useInfiniteQuery({
    enabled,
    queryKey: ['events', filter, window_key],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call<EventPage>('GET', '/events', {
        query: { ...filter, ...window(), cursor: pageParam, limit: kPageSize },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor || undefined,
    // Rows never move under the pointer: newer ones are gathered by useLiveEvents and come in when asked for.
    refetchOnWindowFocus: false,
    staleTime: Infinity,
  });
}

export function useEventCounts(filter: EventFilter, window_key: string, window: Window, step_seconds: number) {
  return useQuery({
    queryKey: ['event-counts', filter, window_key],
    queryFn: ({ signal }) => call<EventCounts>('GET', '/events/counts', { query: { ...filter, ...window(), step_seconds }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}

export function useEvent(id: string | undefined) {
  return useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => call<AuditEvent>('GET', `/events/${encodeURIComponent(id ?? '')}`, { signal }),
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}

/** The event without its masks; the gateway writes down who asked. */
export function unmaskEvent(id: string): Promise<AuditEvent> {
  return call('POST', `/events/${encodeURIComponent(id)}/unmask`, { json: {} });
}

export function exportUrl(filter: EventFilter, window: Window, format: 'jsonl' | 'csv'): string {
  return apiUrl('/events/export', { ...filter, ...window(), format });
}
