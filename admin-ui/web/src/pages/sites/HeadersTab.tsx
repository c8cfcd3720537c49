import { NumberInput, Select, Switch, TagsInput } from '@mantine/core';
import type { Site } from '@/api/types';
import { SaveBar } from '@/components/form/SaveBar';
import { Panel } from '@/components/layout/Panel';
import type { SiteTabProps } from './SitePage';
import { useSiteDraft } from './useSiteDraft';

const kLimits = { head_bytes: 65536, header_fields: 128, uri_bytes: 32768, body_bytes: 0, decoded_body_bytes: 0, decoded_body_ratio: 100 };

const pick = (site: Site) => ({
  hide_upstream: site.hide_upstream,
  trusted_proxies: site.trusted_proxies,
  forwarded_field: site.forwarded_field ?? ('x-forwarded-for' as const),
  limits: site.limits ?? kLimits,
});

export function HeadersTab({ site, version }: SiteTabProps) {
  const draft = useSiteDraft(site, version, pick, (value) => value);
  const { value, set } = draft;
  const setLimit = (change: Partial<typeof kLimits>) => set({ limits: { ...value.limits, ...change } });
  return (
    <Panel title="Headers and limits" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
      <div className="form">
        <Switch
          label="Hide the upstream"
          description="Server and X-Powered-By are removed, Location is rewritten to the public host."
          checked={value.hide_upstream}
          onChange={(event) => set({ hide_upstream: event.currentTarget.checked })}
        />
        <TagsInput
          label="Trusted proxies"
          description="Networks whose word about the client is believed. The client is the rightmost address that is not one of them."
          value={value.trusted_proxies}
          onChange={(trusted_proxies) => set({ trusted_proxies })}
          splitChars={[',', ' ']}
        />
        <Select
          label="In which they say who asked"
          data={[{ value: 'x-forwarded-for', label: 'X-Forwarded-For' }, { value: 'forwarded', label: 'Forwarded (RFC 7239)' }]}
          value={value.forwarded_field}
          onChange={(field) => set({ forwarded_field: field === 'forwarded' ? 'forwarded' : 'x-forwarded-for' })}
          allowDeselect={false}
          maw={300}
        />
        <div className="form-pair">
          <NumberInput label="Head, at most" suffix=" bytes" min={1024} allowDecimal={false} value={value.limits.head_bytes} onChange={(next) => setLimit({ head_bytes: Number(next) || kLimits.head_bytes })} />
          <NumberInput label="Header fields, at most" min={8} allowDecimal={false} value={value.limits.header_fields} onChange={(next) => setLimit({ header_fields: Number(next) || kLimits.header_fields })} />
          <NumberInput label="Address, at most" suffix=" bytes" min={256} allowDecimal={false} value={value.limits.uri_bytes} onChange={(next) => setLimit({ uri_bytes: Number(next) || kLimits.uri_bytes })} />
        </div>
        <NumberInput label="Body, at most" description="0: no limit but that of the inspection" suffix=" bytes" min={0} allowDecimal={false} value={value.limits.body_bytes} onChange={(next) => setLimit({ body_bytes: Number(next) || 0 })} maw={300} />
        <NumberInput label="Compressed body, at most, when decoded for inspection" description="0: the rule set's limit" suffix=" bytes" min={0} allowDecimal={false} value={value.limits.decoded_body_bytes ?? 0} onChange={(next) => setLimit({ decoded_body_bytes: Number(next) || 0 })} maw={300} />
        <NumberInput label="Compressed body, growth" description="How many times it may grow, above a megabyte" suffix=" times" min={2} allowDecimal={false} value={value.limits.decoded_body_ratio ?? 100} onChange={(next) => setLimit({ decoded_body_ratio: Number(next) || 100 })} maw={300} />
      </div>
    </Panel>
  );
}
