import { NumberInput, Switch, TagsInput } from '@mantine/core';
import type { Site } from '@/api/types';
import { SaveBar } from '@/components/form/SaveBar';
import { Panel } from '@/components/layout/Panel';
import type { SiteTabProps } from './SitePage';
import { useSiteDraft } from './useSiteDraft';

const pick = (site: Site) => ({ access: site.access, rate_limit: site.rate_limit });

export function AccessTab({ site, version }: SiteTabProps) {
  const draft = useSiteDraft(site, version, pick, (value) => value);
  const { access, rate_limit } = draft.value;
  const setAccess = (change: Partial<typeof access>) => draft.set({ access: { ...access, ...change } });
  const setRate = (change: Partial<typeof rate_limit>) => draft.set({ rate_limit: { ...rate_limit, ...change } });
  return (
    <Panel title="Access and rate limit" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
      <div className="form">
        <TagsInput label="Only these addresses" description="Addresses or networks, such as 10.0.0.0/8. With none here everyone may come." value={access.allow} onChange={(allow) => setAccess({ allow })} splitChars={[',', ' ']} />
        <TagsInput label="Not these addresses" description="Looked at after the list above: an address on both is let in. A refusal is an event." value={access.deny} onChange={(deny) => setAccess({ deny })} splitChars={[',', ' ']} />
        <Switch label="Limit the rate of each address" checked={rate_limit.enabled} onChange={(event) => setRate({ enabled: event.currentTarget.checked })} />
        {rate_limit.enabled && (
          <>
            <div className="form-pair">
              <NumberInput label="Requests" min={1} allowDecimal={false} value={rate_limit.requests} onChange={(next) => setRate({ requests: Number(next) || 1 })} />
              <NumberInput label="In" suffix=" ms" min={100} step={1000} allowDecimal={false} value={rate_limit.window_ms} onChange={(next) => setRate({ window_ms: Number(next) || 1000 })} />
              <NumberInput label="Further at once" min={0} allowDecimal={false} value={rate_limit.burst} onChange={(next) => setRate({ burst: Number(next) || 0 })} />
            </div>
            <p className="small dim" style={{ margin: 0 }}>
              {rate_limit.requests} requests in {rate_limit.window_ms / 1000} s from one address
              {rate_limit.burst > 0 && `, and ${rate_limit.burst} more at once`}; what goes beyond is answered with 429 and recorded.
            </p>
          </>
        )}
      </div>
    </Panel>
  );
}
