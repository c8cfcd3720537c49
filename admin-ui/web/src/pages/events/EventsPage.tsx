import { Button, Menu } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { exportUrl, useEvents, useNewEvents, type EventRow } from '@/api/events';
import { formatNumber } from '@/components/data/format';
import { kPhone } from '@/components/data/ListTable';
import { QueryView, RowsSkeleton } from '@/components/feedback/QueryView';
import { EmptyState, NoMatch } from '@/components/feedback/States';
import { Icon } from '@/components/layout/Icon';
import { Page } from '@/components/layout/Page';
import { useTimeRange } from '@/components/range/useTimeRange';
import { EventHistogram } from './EventHistogram';
import { EventPanel } from './EventPanel';
import { EventTable } from './EventTable';
import { Facets } from './Facets';
import { FilterBar } from './FilterBar';
import { clearFilter, readFilter } from './filter';
import { useEventKeys } from './useEventKeys';
import './events.css';

export function EventsPage() {
  const { id } = useParams();
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { range } = useTimeRange();
  const search = params.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(search)), [search]);
  const filtered = Object.keys(filter).length > 0;

  const events = useEvents(filter, range.key, range.window);
  const rows = useMemo(() => events.data?.pages.flatMap((page) => page.items) ?? [], [events.data]);
  const notice = events.data?.pages.at(-1)?.notice;
  const fresh = useNewEvents(filter, rows[0], range.live && events.isSuccess && rows.length > 0);

  const open = useCallback(
    (row: EventRow | undefined) =>
      navigate({ pathname: row ? `/events/${encodeURIComponent(row.id)}` : '/events', search }, { replace: id !== undefined && row !== undefined }),
    [navigate, search, id],
  );
  useEventKeys(rows, id, open);
  const phone = useMediaQuery(kPhone, false, { getInitialValueInEffect: false });
  const reload = () => void client.resetQueries({ queryKey: ['events'] });
  const fresh_count = fresh.data ?? 0;

  return (
    <Page title="Events" note={range.label} actions={<ExportMenu filter={filter} window={range.window} onReload={reload} />}>
      <FilterBar />
      <div className={id ? 'events events-open' : 'events'}>
        {!id && <Facets filter={filter} />}
        <section className="panel events-list">
          {!id && <EventHistogram filter={filter} />}
          {fresh_count > 0 && (
            <button type="button" className="events-new" onClick={reload}>
              {fresh_count >= 100 ? '100 or more new' : `${formatNumber(fresh_count)} new`}, show
            </button>
          )}
          <QueryView query={events} skeleton={<RowsSkeleton rows={12} />}>
            {() =>
              rows.length === 0 && !events.hasNextPage ? (
                <NoEvents filtered={filtered} live={range.live} label={range.label} onClear={() => setParams(clearFilter)} onReload={reload} />
              ) : (
                <>
                  {notice && <p className="dim events-notice">{notice}</p>}
                  <EventTable rows={rows} selected={id} onOpen={open} narrow={id !== undefined && !phone} />
                  {events.hasNextPage && (
                    <div style={{ padding: 12, textAlign: 'center' }}>
                      <Button variant="default" size="xs" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
                        Older events
                      </Button>
                    </div>
                  )}
                </>
              )
            }
          </QueryView>
        </section>
        {id && <EventPanel id={id} onClose={() => open(undefined)} />}
      </div>
    </Page>
  );
}

interface NoEventsProps {
  filtered: boolean;
  live: boolean;
  label: string;
  onClear: () => void;
  onReload: () => void;
}

function NoEvents({ filtered, live, label, onClear, onReload }: NoEventsProps) {
  if (filtered) return <NoMatch what="events" onClear={onClear} />;
  return (
    <EmptyState
      title={live ? `No event in the ${label.toLowerCase()}` : 'No event in this range'}
      actions={
        <Button variant="default" onClick={onReload}>
          Look again
        </Button>
      }
    >
      Every refused request and every request that matched a rule appears here. To see one, send an attack through a
      protected site, such as <span className="mono">/?id=1%27%20OR%20%271%27=%271</span>.
    </EmptyState>
  );
}

function ExportMenu({ filter, window, onReload }: { filter: ReturnType<typeof readFilter>; window: () => { since: string; until?: string }; onReload: () => void }) {
  return (
    <>
      <Button variant="default" size="xs" onClick={onReload}>
        Refresh
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" size="xs" leftSection={<Icon name="download" size={14} />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Everything that this filter matches</Menu.Label>
          <Menu.Item component="a" href={exportUrl(filter, window, 'csv')} download="events.csv">
            CSV
          </Menu.Item>
          <Menu.Item component="a" href={exportUrl(filter, window, 'jsonl')} download="events.jsonl">
            JSON lines
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
