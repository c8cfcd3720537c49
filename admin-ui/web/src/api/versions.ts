import { useQuery } from '@tanstack/react-query';
import { call } from './client';

export interface Version {
  number: number;
  time: string;
  author: string;
  comment: string;
}

export function useVersions() {
  return useQuery({
    queryKey: ['versions'],
    queryFn: ({ signal }) => call<{ versions: Version[] }>('GET', '/config/versions', { signal }),
  });
}

export function rollBack(number: number): Promise<{ version: number }> {
  return call('POST', `/config/versions/${number}/rollback`);
}

export function getConfig(): Promise<unknown> {
  return call('GET', '/config');
}
