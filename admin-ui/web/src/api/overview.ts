import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { EventFilter, Window } from './events';
import type { EndpointState } from './types';

export interface TrafficPoint {
  minute: string;
  requests: number;
  blocked: number;
  detected: number;
  client_errors: number;
  server_errors: number;
  cache_hits: number;
}

export interface TopEntry {
  key: string;
  label: string;
  count: number;
}

export interface Attention {
  severity: string;
  message: string;
  link?: string;
}

export interface Overview {
  traffic: TrafficPoint[];
  totals: Partial<Omit<TrafficPoint, 'minute'>>;
  top: { sites: TopEntry[]; rules: TopEntry[]; clients: TopEntry[]; paths: TopEntry[]; reasons: TopEntry[] };
  sites: { site: string; requests: number; blocked: number; detected: number }[];
  endpoints: { upstream: string; address: string; state: EndpointState; detail: string }[];
  attention: Attention[];
}

/** With a filter the lists count the events that it matches; the traffic is that of its site, or of all. */
export function useOverview(key: string, window: Window, step_minutes: number, filter: EventFilter = {}) {
  return useQuery({
    queryKey: ['overview', key, filter],
    queryFn: ({ signal }) =>
      call<Overview>('GET', '/overview', { query: { ...filter, ...window(), step_minutes }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}
