import { Button, Select } from '@mantine/core';
import { Link, useSearchParams } from 'react-router-dom';
import { useRuleCosts, type RuleCosts } from '@/api/ruleCosts';
import { useSites } from '@/api/sites';
import { formatNumber, plural } from '@/components/data/format';
import { RelativeTime } from '@/components/data/Values';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState } from '@/components/feedback/States';
import { Page } from '@/components/layout/Page';
import { RuleCostTable } from './RuleCostTable';
import { formatCost } from './sorting';
import './rulecosts.css';

const kFew = 30;

/** Which rule costs what, of one site; measured in some of its requests. */
export function RuleCostsPage() {
  const sites = useSites();
  const [search, setSearch] = useSearchParams();
  const names = (sites.data?.items ?? []).map((item) => item.name);
  const site = search.get('site') ?? names[0] ?? '';
  const costs = useRuleCosts(site);
  const choose = (name: string | null) => {
    const next = new URLSearchParams(search);
    next.set('site', name ?? '');
    setSearch(next, { replace: true });
  };
  return (
    <Page
      title="What rules cost"
      note="Measured in some requests, on the running gateway. A new rule set starts anew."
      actions={
        <>
          <Select aria-label="Site" data={names} value={site || null} onChange={choose} allowDeselect={false} w={200} />
          <Button variant="default" loading={costs.isFetching} disabled={!site} onClick={() => void costs.refetch()}>
            Refresh
          </Button>
        </>
      }
    >
      <QueryView query={sites}>
        {({ items }) => (items.length === 0 ? <NoSite /> : <QueryView query={costs}>{(answer) => <Costs costs={answer} />}</QueryView>)}
      </QueryView>
    </Page>
  );
}

function NoSite() {
  return (
    <EmptyState title="There is no site yet" actions={<Button component={Link} to="/sites/new">Add a site</Button>}>
      What its rules cost will stand here.
    </EmptyState>
  );
}

function Costs({ costs }: { costs: RuleCosts }) {
  if (costs.one_of === 0) {
    return (
      <EmptyState title="Nothing is measured" actions={<Button component={Link} to="/system/settings" variant="default">Open the settings</Button>}>
        Say there of how many requests one is measured; 256 is usual.
      </EmptyState>
    );
  }
  if (costs.samples === 0) {
    return (
      <EmptyState title="No request was measured yet">
        One of {formatNumber(costs.one_of)} is measured, by chance. Come back when {costs.site} has had some traffic.
      </EmptyState>
    );
  }
  return (
    <section className="panel">
      <div className="panel-head cost-head">
        <h2>{formatCost(costs.us_per_request)} a request</h2>
        <span className="panel-note">
          {plural(costs.samples, 'request')} measured, one of {formatNumber(costs.one_of)}; counted since <RelativeTime time={costs.since} />
        </span>
      </div>
      {costs.samples < kFew && <p className="cost-few">So few say little: the order may change.</p>}
      <RuleCostTable site={costs.site} items={costs.items} />
      <p className="cost-foot">
        Rules that look at the same values are scanned together and share that time alike; evaluated are those that the scan cannot rule out. The rest of the time goes to
        no rule.
      </p>
    </section>
  );
}
