import { NumberInput, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { purgeCache } from '@/api/sites';
import type { Site } from '@/api/types';
import { ConfirmButton } from '@/components/feedback/ConfirmButton';
import { toastDone } from '@/components/feedback/toast';
import { formatBytes, formatNumber } from '@/components/data/format';
import { SaveBar } from '@/components/form/SaveBar';
import { Facts, Panel } from '@/components/layout/Panel';
import type { SiteTabProps } from './SitePage';
import { useSiteDraft } from './useSiteDraft';

const kMegabyte = 1 << 20;
const pick = (site: Site) => site.cache;

export function CacheTab({ site, version }: SiteTabProps) {
  const draft = useSiteDraft(site, version, pick, (cache) => ({ cache }));
  const { value, set } = draft;
  const client = useQueryClient();
  const status = site.status;
  const asked = (status?.cache_hits ?? 0) + (status?.cache_misses ?? 0);
  const purge = async () => {
    await purgeCache(site.name);
    toastDone(`The cache of ${site.name} is empty.`);
    await client.invalidateQueries();
  };
  const entries = status?.cache_entries ?? 0;
  return (
    <div className="two-columns">
      <Panel title="Cache" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
        <div className="form">
          <Switch
            label="Keep cacheable responses in memory"
            description="As RFC 9111 allows: never with Set-Cookie, never for requests with Authorization, never private or no-store."
            checked={value.enabled}
            onChange={(event) => set({ enabled: event.currentTarget.checked })}
          />
          <div className="form-pair">
            <NumberInput label="Memory" suffix=" MB" min={1} allowDecimal={false} value={Math.round(value.limit_bytes / kMegabyte)} onChange={(next) => set({ limit_bytes: (Number(next) || 1) * kMegabyte })} />
            <NumberInput label="Largest response" suffix=" MB" min={1} allowDecimal={false} value={Math.round(value.object_limit_bytes / kMegabyte)} onChange={(next) => set({ object_limit_bytes: (Number(next) || 1) * kMegabyte })} />
          </div>
        </div>
      </Panel>
      <Panel
        title="Since start"
        actions={
          <ConfirmButton
            size="xs"
            label="Purge"
            title={`Purge the cache of ${site.name}`}
            text={`${formatNumber(entries)} stored responses are dropped; the next request for each goes to the upstream.`}
            confirm="Purge"
            onConfirm={purge}
          />
        }
      >
        <Facts
          items={[
            ['Hits', formatNumber(status?.cache_hits ?? 0)],
            ['Misses', formatNumber(status?.cache_misses ?? 0)],
            ['Hit rate', asked > 0 ? `${(((status?.cache_hits ?? 0) / asked) * 100).toFixed(1)} %` : 'no cacheable request yet'],
            ['Stored', `${formatNumber(entries)} responses, ${formatBytes(status?.cache_bytes ?? 0)} of ${formatBytes(value.limit_bytes)}`],
          ]}
        />
      </Panel>
    </div>
  );
}
