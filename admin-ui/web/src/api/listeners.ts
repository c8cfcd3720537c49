import { useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { Changed, Items, Listener } from './types';

export const kListenersKey = ['listeners'] as const;

export function useListeners() {
  return useQuery({
    queryKey: kListenersKey,
    queryFn: ({ signal }) => call<Items<Listener>>('GET', '/listeners', { signal }),
  });
}

export function createListener(listener: Listener): Promise<Changed<Listener>> {
  return call('POST', '/listeners', { json: listener });
}

export function putListener(listener: Listener, version?: number): Promise<Changed<Listener>> {
  return call('PUT', `/listeners/${encodeURIComponent(listener.name)}`, { json: listener, ifMatch: version });
}

export function deleteListener(name: string): Promise<{ version: number }> {
  return call('DELETE', `/listeners/${encodeURIComponent(name)}`);
}
