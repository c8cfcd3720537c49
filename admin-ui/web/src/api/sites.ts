import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { Changed, Items, Site, Waf } from './types';

export const kSitesKey = ['sites'] as const;

type Patch<T> = T extends unknown[] ? T : T extends object ? { [K in keyof T]?: Patch<T[K]> | null } : T;
export type SitePatch = Patch<Omit<Site, 'status'>>;

export function useSites() {
  return useQuery({
    queryKey: kSitesKey,
    queryFn: ({ signal }) => call<Items<Site>>('GET', '/sites', { signal }),
    refetchInterval: 15_000,
  });
}

/** What is left out takes the gateway's defaults. */
export type NewSite = Pick<Site, 'name' | 'hosts' | 'listeners' | 'certificates' | 'upstream' | 'redirect_to_https'> & {
  waf: Partial<Waf>;
};

export function createSite(site: NewSite): Promise<Changed<Site>> {
  return call('POST', '/sites', { json: site });
}

export function patchSite(name: string, patch: SitePatch, version?: number): Promise<Changed<Site>> {
  return call('PATCH', `/sites/${encodeURIComponent(name)}`, {
    json: patch,
    ifMatch: version,
    headers: { 'Content-Type': 'application/merge-patch+json' },
  });
}

export function deleteSite(name: string): Promise<{ version: number }> {
  return call('DELETE', `/sites/${encodeURIComponent(name)}`);
}

export function purgeCache(name: string): Promise<void> {
  return call('POST', `/sites/${encodeURIComponent(name)}/cache/purge`);
}

/** A change of one site; every list that shows it is read again afterwards. */
export function usePatchSite(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ patch, version }: { patch: SitePatch; version?: number }) => patchSite(name, patch, version),
    onSuccess: () => client.invalidateQueries(),
  });
}
