import { Button, Tabs } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { useMayChange } from '@/api/session';
import { deleteSite, useSites } from '@/api/sites';
import type { Site } from '@/api/types';
import { ModeBadge } from '@/components/data/Badges';
import { ConfirmButton } from '@/components/feedback/ConfirmButton';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState, Note } from '@/components/feedback/States';
import { Page } from '@/components/layout/Page';
import { useTimeRange } from '@/components/range/useTimeRange';
import { AccessTab } from './AccessTab';
import { CacheTab } from './CacheTab';
import { DeliveryTab } from './DeliveryTab';
import { HeadersTab } from './HeadersTab';
import { ProtectionTab } from './ProtectionTab';
import { SiteOverviewTab } from './SiteOverviewTab';
import { TlsTab } from './TlsTab';
import { UpstreamTab } from './UpstreamTab';
import './sites.css';

const kTabs = {
  overview: { label: 'Overview', body: SiteOverviewTab },
  protection: { label: 'Protection', body: ProtectionTab },
  upstream: { label: 'Upstream', body: UpstreamTab },
  tls: { label: 'Hosts and TLS', body: TlsTab },
  access: { label: 'Access and rate', body: AccessTab },
  cache: { label: 'Cache', body: CacheTab },
  delivery: { label: 'Compression, WebSocket', body: DeliveryTab },
  headers: { label: 'Headers and limits', body: HeadersTab },
} as const;
type TabName = keyof typeof kTabs;

export interface SiteTabProps {
  site: Site;
  version: number;
}

export function SitePage() {
  const { name = '', tab = 'overview' } = useParams();
  const sites = useSites();
  return (
    <QueryView query={sites}>
      {({ items, version }) => {
        const site = items.find((item) => item.name === name);
        return site ? <SiteBody key={name} site={site} version={version} tab={tab in kTabs ? (tab as TabName) : 'overview'} /> : <Gone name={name} />;
      }}
    </QueryView>
  );
}

function Gone({ name }: { name: string }) {
  return (
    <Page title={name}>
      <EmptyState
        title={`There is no site “${name}”`}
        actions={
          <Button component={Link} to="/sites" variant="default">
            All sites
          </Button>
        }
      >
        It may have been removed or renamed. System, Versions tells by whom.
      </EmptyState>
    </Page>
  );
}

function SiteBody({ site, version, tab }: SiteTabProps & { tab: TabName }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const may_change = useMayChange();
  const { href } = useTimeRange();
  const path = `/sites/${encodeURIComponent(site.name)}`;
  const Body = kTabs[tab].body;
  const remove = async () => {
    await deleteSite(site.name);
    navigate('/sites');
    await client.invalidateQueries();
  };
  const heading = (
    <span className="row" style={{ flexWrap: 'wrap' }}>
      {site.name}
      <ModeBadge configured={site.waf.mode} effective={site.status?.effective_mode} detail={site.status?.detail} />
    </span>
  );
  return (
    <Page
      title={site.name}
      heading={heading}
      note={<span className="mono">{site.hosts.join(', ')}</span>}
      actions={
        <>
          <Button component={Link} to={href('/events', { site: site.name })} variant="default">
            Show events
          </Button>
          {may_change && (
            <ConfirmButton
              label="Remove site"
              title={`Remove ${site.name}`}
              text={`Requests for ${site.hosts.join(', ')} will no longer be answered. Its events stay. An earlier version of the configuration brings the site back.`}
              confirm="Remove site"
              danger
              onConfirm={remove}
            />
          )}
        </>
      }
    >
      <Tabs value={tab} onChange={(next) => navigate(next && next !== 'overview' ? href(`${path}/${next}`) : href(path))} className="site-tabs">
        <Tabs.List>
          {Object.entries(kTabs).map(([key, { label }]) => (
            <Tabs.Tab key={key} value={key}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {!may_change && tab !== 'overview' && (
        <Note>
          <p>Your role may look at these settings and not change them.</p>
        </Note>
      )}
      <fieldset className="plain-fieldset" disabled={!may_change && tab !== 'overview'}>
        <div className="stack">
          <Body site={site} version={version} />
        </div>
      </fieldset>
    </Page>
  );
}
