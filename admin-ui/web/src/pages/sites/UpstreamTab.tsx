import { useQueryClient } from '@tanstack/react-query';
import { call } from '@/api/client';
import { kUpstreamsKey, putUpstream, useUpstreams } from '@/api/upstreams';
import type { Items, Upstream } from '@/api/types';
import { stateWords } from '@/components/data/EndpointDots';
import { ListTable } from '@/components/data/ListTable';
import { Count } from '@/components/data/Values';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState, Note } from '@/components/feedback/States';
import { SaveBar } from '@/components/form/SaveBar';
import { useDraft } from '@/components/form/useDraft';
import { Panel } from '@/components/layout/Panel';
import type { SiteTabProps } from './SitePage';
import { UpstreamForm } from './UpstreamForm';

export function UpstreamTab({ site }: SiteTabProps) {
  const upstreams = useUpstreams();
  return (
    <QueryView query={upstreams}>
      {({ items, version }) => {
        const upstream = items.find((item) => item.name === site.upstream);
        return upstream ? (
          <UpstreamBody key={upstream.name} upstream={upstream} version={version} site={site.name} />
        ) : (
          <EmptyState title={`The upstream “${site.upstream}” does not exist`}>Requests of this site cannot be forwarded.</EmptyState>
        );
      }}
    </QueryView>
  );
}

/** Without what the gateway measures: that changes all the time and is not ours to send. */
function pick(upstream: Upstream): Upstream {
  const { used_by, ...kept } = upstream;
  return { ...kept, endpoints: kept.endpoints.map(({ address, weight, backup }) => ({ address, weight, backup })) };
}

function UpstreamBody({ upstream, version, site }: { upstream: Upstream; version: number; site: string }) {
  const client = useQueryClient();
  const draft = useDraft<Upstream>({
    current: pick(upstream),
    version,
    send: (value, at) => putUpstream(value, at),
    reread: async () => {
      const fresh = await call<Items<Upstream>>('GET', '/upstreams');
      client.setQueryData(kUpstreamsKey, fresh);
      const found = fresh.items.find((item) => item.name === upstream.name);
      return { current: pick(found ?? upstream), version: fresh.version };
    },
  });
  const others = (upstream.used_by ?? []).filter((name) => name !== site);
  return (
    <>
      {others.length > 0 && (
        <Note>
          <p>{others.join(', ')} use this upstream too; a change holds for them as well.</p>
        </Note>
      )}
      <Panel title="Endpoints" note={upstream.name} flush>
        <ListTable
          label="Endpoints"
          rows={upstream.endpoints}
          rowKey={(endpoint) => endpoint.address}
          columns={[
            { key: 'address', header: 'Address', phone: 'a', render: (endpoint) => <span className="mono">{endpoint.address}</span> },
            {
              key: 'state',
              header: 'State',
              phone: 'a-end',
              render: (endpoint) => (
                <span className="row">
                  <span className={`dot dot-${endpoint.state ?? 'unknown'}`} />
                  {stateWords(endpoint.state)}
                </span>
              ),
            },
            { key: 'detail', header: '', phone: 'b', render: (endpoint) => <span className="dim">{endpoint.detail}</span> },
            { key: 'requests', header: 'Requests', end: true, render: (endpoint) => <Count value={endpoint.requests ?? 0} /> },
            { key: 'failures', header: 'Failures', end: true, phone: 'b-end', render: (endpoint) => <Count value={endpoint.failures ?? 0} tone="red" /> },
          ]}
        />
      </Panel>
      <Panel title="Upstream" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
        <UpstreamForm draft={draft} />
      </Panel>
    </>
  );
}
