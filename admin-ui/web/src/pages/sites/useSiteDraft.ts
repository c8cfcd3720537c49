import { useQueryClient } from '@tanstack/react-query';
import { call } from '@/api/client';
import { kSitesKey, patchSite, type SitePatch } from '@/api/sites';
import type { Items, Site } from '@/api/types';
import { useDraft, type Draft } from '@/components/form/useDraft';

/** A draft of the part of a site that one tab edits, saved as a merge patch. */
export function useSiteDraft<T extends object>(
  site: Site,
  version: number,
  pick: (site: Site) => T,
  toPatch: (value: T) => SitePatch,
): Draft<T> {
  const client = useQueryClient();
  return useDraft<T>({
    current: pick(site),
    version,
    send: (value, at) => patchSite(site.name, toPatch(value), at),
    reread: async () => {
      const fresh = await call<Items<Site>>('GET', '/sites');
      client.setQueryData(kSitesKey, fresh);
      const found = fresh.items.find((item) => item.name === site.name);
      return { current: found ? pick(found) : pick(site), version: fresh.version };
    },
  });
}
