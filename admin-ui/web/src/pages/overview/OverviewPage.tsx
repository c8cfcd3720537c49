import { Skeleton } from '@mantine/core';
import { useOverview, type Overview } from '@/api/overview';
import { useSites } from '@/api/sites';
import { TrafficChart } from '@/components/charts/TrafficChart';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState } from '@/components/feedback/States';
import { Page } from '@/components/layout/Page';
import { Panel } from '@/components/layout/Panel';
import { stepMinutes } from '@/components/range/timeRange';
import { useTimeRange } from '@/components/range/useTimeRange';
import { AttentionList } from './AttentionList';
import { Figures } from './Figures';
import { Health } from './Health';
import { TopLists } from './TopLists';

import './overview.css';

export function OverviewPage() {
  const { range } = useTimeRange();
  const step = stepMinutes(range.seconds);
  const overview = useOverview(range.key, range.window, step);
  return (
    <Page title="Overview" note={range.label}>
      <QueryView query={overview} skeleton={<OverviewSkeleton />}>
        {(data) => <OverviewBody data={data} step={step} />}
      </QueryView>
    </Page>
  );
}

function OverviewBody({ data, step }: { data: Overview; step: number }) {
  const sites = useSites();
  return (
    <>
      <AttentionList items={data.attention ?? []} />
      <Figures totals={data.totals ?? {}} />
      <TrafficChart traffic={data.traffic} stepMinutes={step} />
      <div className="overview-grid">
        <TopLists data={data} />
        <Panel title="Health" note="endpoints and effective mode" flush>
          {sites.data?.items.length === 0 ? (
            <EmptyState title="No site yet">Add a site, and its endpoints and mode appear here.</EmptyState>
          ) : (
            <Health sites={sites.data?.items ?? []} endpoints={data.endpoints ?? []} />
          )}
        </Panel>
      </div>
    </>
  );
}

function OverviewSkeleton() {
  return (
    <div className="stack">
      <Skeleton height={44} radius={8} />
      <Skeleton height={76} radius={8} />
      <Skeleton height={270} radius={8} />
      <div className="overview-grid">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} height={210} radius={8} />
        ))}
      </div>
    </div>
  );
}
