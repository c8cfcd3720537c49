import { Button } from '@mantine/core';
import { Link, useNavigate } from 'react-router-dom';
import { useMayChange } from '@/api/session';
import { useSites } from '@/api/sites';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState } from '@/components/feedback/States';
import { Icon } from '@/components/layout/Icon';
import { Page } from '@/components/layout/Page';
import { useTimeRange } from '@/components/range/useTimeRange';
import { SitesTable } from './SitesTable';

export function SitesPage() {
  const sites = useSites();
  const may_change = useMayChange();
  const navigate = useNavigate();
  const { href } = useTimeRange();
  const add = may_change && (
    <Button component={Link} to="/sites/new" leftSection={<Icon name="plus" size={14} />}>
      Add site
    </Button>
  );
  return (
    <Page title="Sites" note="Requests and decisions of the last 24 hours" actions={sites.data?.items.length ? add : undefined}>
      <section className="panel">
        <QueryView query={sites}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="No site yet" actions={add}>
                A site is what you protect: its host names, the server behind them, and how strictly requests are
                inspected. Add one, and its traffic, health and mode appear here.
              </EmptyState>
            ) : (
              <SitesTable sites={items} onOpen={(site) => navigate(href(`/sites/${encodeURIComponent(site.name)}`))} />
            )
          }
        </QueryView>
      </section>
    </Page>
  );
}
