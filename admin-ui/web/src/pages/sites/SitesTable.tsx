import type { Site } from '@/api/types';
import { ModeBadge } from '@/components/data/Badges';
import { EndpointDots } from '@/components/data/EndpointDots';
import { ListTable, type Column } from '@/components/data/ListTable';
import { Count, DaysLeft } from '@/components/data/Values';
import { DecisionSplit } from './DecisionSplit';

const kHostsShown = 3;

const kColumns: Column<Site>[] = [
  {
    key: 'name',
    header: 'Site',
    phone: 'a',
    render: (site) => (
      <span className="row">
        <b style={{ fontWeight: 600 }}>{site.name}</b>
      </span>
    ),
  },
  {
    key: 'hosts',
    header: 'Hosts',
    phone: 'b',
    render: (site) => (
      <span className="mono dim clip" title={site.hosts.join(', ')}>
        {site.hosts.slice(0, kHostsShown).join(', ')}
        {site.hosts.length > kHostsShown && ` and ${site.hosts.length - kHostsShown} more`}
      </span>
    ),
  },
  {
    key: 'mode',
    header: 'Mode in force',
    phone: 'a-end',
    render: (site) => (
      <ModeBadge configured={site.waf.mode} effective={site.status?.effective_mode} detail={site.status?.detail} />
    ),
  },
  { key: 'requests', header: 'Requests', end: true, render: (site) => <Count value={site.status?.requests_24h ?? 0} /> },
  { key: 'blocked', header: 'Blocked', end: true, phone: 'b-end', render: (site) => <><Count value={site.status?.blocked_24h ?? 0} tone="red" /> <span className="phone-only">blocked</span></> },
  { key: 'detected', header: 'Detected', end: true, render: (site) => <Count value={site.status?.detected_24h ?? 0} tone="amber" /> },
  { key: 'split', header: '', width: 84, render: (site) => <DecisionSplit status={site.status} /> },
  {
    key: 'endpoints',
    header: 'Endpoints',
    phone: 'b-end',
    render: (site) => (
      <span className="row" style={{ display: 'inline-flex' }}>
        <EndpointDots endpoints={site.status?.endpoints ?? []} />
        <span className="mono dim wide-only">{site.upstream}</span>
      </span>
    ),
  },
  {
    key: 'certificate',
    header: 'Certificate',
    end: true,
    render: (site) =>
      site.certificates.length === 0 ? <span className="faint">none</span> : <DaysLeft days={site.status?.certificate_days_left} />,
  },
];

export function SitesTable({ sites, onOpen }: { sites: Site[]; onOpen: (site: Site) => void }) {
  return <ListTable label="Sites" columns={kColumns} rows={sites} rowKey={(site) => site.name} onOpen={onOpen} />;
}
