import { Button, Menu, Switch } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { exportUrl, useEvents, type EventRow } from '@/api/events';
import { useLiveEvents } from '@/api/liveEvents';
import { formatNumber } from '@/components/data/format';
import { kPhone } from '@/components/data/ListTable';
import { QueryView, RowsSkeleton } from '@/components/feedback/QueryView';
import { EmptyState, NoMatch } from '@/components/feedback/States';
import { Icon } from '@/components/layout/Icon';
import { Page } from '@/components/layout/Page';
import { useTimeRange } from '@/components/range/useTimeRange';
import { Attackers } from './Attackers';
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

  const [looks, setLooks] = useState(0);
  const [following, setFollowing] = useState(false);
  const live = useLiveEvents(filter, `${range.key} ${looks}`, range.live);
  const events = useEvents(filter, range.key, range.window, live.ready || !range.live);
  const notice = events.data?.pages.at(-1)?.notice;
  const [shown, setShown] = useState({ look: '', count: 0 });
  const look = `${search} ${looks}`;
  const accepted = following ? live.rows.length : shown.look === look ? shown.count : 0;
  const rows = useMemo(() => {
    const listed = events.data?.pages.flatMap((page) => page.items) ?? [];
    const known = new Set(listed.map((row) => row.id));
    const came = live.rows.slice(Math.max(0, live.rows.length - accepted)).filter((row) => !known.has(row.id));
    return [...came, ...listed];
  }, [events.data, live.rows, accepted]);
  const fresh_count = live.rows.length - accepted;

  const open = useCallback(
    (row: EventRow | undefined) =>
      navigate({ pathname: row ? `/events/${encodeURIComponent(row.id)}` : '/events', search }, { replace: id !== undefined && row !== undefined }),
    [navigate, search, id],
  );
  useEventKeys(rows, id, open);
  const phone = useMediaQuery(kPhone, false, { getInitialValueInEffect: false });
  const reload = () => {
    setLooks((count) => count + 1);
    void client.resetQueries({ queryKey: ['events'] });
  };

  return (
    <Page title="Events" note={range.label} actions={
        <>
          {range.live && <Switch size="xs" label="Live" checked={following} onChange={(event) => setFollowing(event.currentTarget.checked)} />}
          <ExportMenu filter={filter} window={range.window} onReload={reload} />
        </>
      }>
      <FilterBar />
      <div className={id ? 'events events-open' : 'events'}>
        {!id && <Facets filter={filter} />}
        <section className="panel events-list">
          {!id && <EventHistogram filter={filter} />}
          {fresh_count > 0 && (
            <button type="button" className="events-new" onClick={() => setShown({ look, count: live.rows.length })}>
              {`${formatNumber(fresh_count)} new`}, show
            </button>
          )}
          {following && live.lost && <p className="dim events-notice">The live view is interrupted and tried again.</p>}
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
      {!id && <Attackers filter={filter} />}
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
