import { useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { Changed, Items, Upstream, UpstreamTls } from './types';

export const kUpstreamsKey = ['upstreams'] as const;

export function useUpstreams() {
  return useQuery({
    queryKey: kUpstreamsKey,
    queryFn: ({ signal }) => call<Items<Upstream>>('GET', '/upstreams', { signal }),
    refetchInterval: 15_000,
  });
}

export type NewUpstream = Pick<Upstream, 'name' | 'endpoints'> & Partial<Upstream>;

export function createUpstream(upstream: NewUpstream): Promise<Changed<Upstream>> {
  return call('POST', '/upstreams', { json: upstream });
}

export function putUpstream(upstream: Upstream, version?: number): Promise<Changed<Upstream>> {
  return call('PUT', `/upstreams/${encodeURIComponent(upstream.name)}`, { json: upstream, ifMatch: version });
}

export function deleteUpstream(name: string): Promise<{ version: number }> {
  return call('DELETE', `/upstreams/${encodeURIComponent(name)}`);
}

export interface Probe {
  ok: boolean;
  message: string;
}

/** How the upstream would be spoken to. */
export interface ProbedLike {
  protocol?: string;
  tls?: UpstreamTls;
}

export function probeUpstream(address: string, like: ProbedLike, signal?: AbortSignal): Promise<Probe> {
  return call('POST', '/upstreams/probe', { json: { address, ...like }, signal });
}
