import { useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { EndpointState, Mode } from './types';

export interface OutputStatus {
  name: string;
  sent: number;
  dropped: number;
  waiting: number;
  /** Why nothing can be sent now; "" when all is well. */
  problem: string;
}

export interface Status {
  version: string;
  uptime_s: number;
  ready: boolean;
  config_version: number;
  on_last_good: boolean;
  alarms: string[];
  listeners: (string | { name: string; address: string })[];
  connections: number;
  connections_refused?: number;
  accept_pauses?: number;
  requests: number;
  events_written: number;
  events_lost: number;
  events_waiting?: number;
  outputs?: OutputStatus[];
  sites: { site: string; configured_mode: Mode; effective_mode: Mode; detail: string }[];
  endpoints: { upstream: string; address: string; state: EndpointState; detail: string }[];
  rulesets: unknown[];
}

export function testOutput(name: string): Promise<{ ok: boolean; message: string }> {
  return call('POST', `/outputs/${encodeURIComponent(name)}/test`, { json: {} });
}

export function useStatus() {
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => call<Status>('GET', '/status', { signal }),
    refetchInterval: 10_000,
  });
}
