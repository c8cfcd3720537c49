import { useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { Settings } from './types';

export async function getSettings(signal?: AbortSignal): Promise<Settings> {
  const answer = await call<Settings | { item: Settings }>('GET', '/settings', { signal });
  return 'item' in answer ? answer.item : answer;
}

export function useSettings() {
  return useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => getSettings(signal) });
}

export function putSettings(settings: Settings): Promise<unknown> {
  return call('PUT', '/settings', { json: settings });
}
