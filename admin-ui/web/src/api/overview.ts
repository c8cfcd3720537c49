import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from './client';
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

export function useOverview(key: string, window: () => { since: string; until?: string }, step_minutes: number) {
  return useQuery({
    queryKey: ['overview', key],
    queryFn: ({ signal }) =>
      call<Overview>('GET', '/overview', { query: { ...window(), step_minutes }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}
