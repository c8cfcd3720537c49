import type { ReactNode } from 'react';
import type { Overview, TopEntry } from '@/api/overview';
import { BarList } from '@/components/data/BarList';
import { reasonWords } from '@/components/events/words';
import { Panel } from '@/components/layout/Panel';
import { useTimeRange } from '@/components/range/useTimeRange';

const kNothing = 'No event in this range.';

/** Five short lists. Each row opens the events that it counts. */
export function TopLists({ data }: { data: Overview }) {
  const { href } = useTimeRange();
  const items = (entries: TopEntry[] | undefined, field: string, label: (entry: TopEntry) => ReactNode) =>
    (entries ?? []).slice(0, 6).map((entry) => ({
      key: entry.key,
      label: label(entry),
      title: entry.label || entry.key,
      count: entry.count,
      href: href('/events', { [field]: entry.key }),
    }));
  const top = data.top ?? {};
  const rule = (entry: TopEntry) => (
    <>
      <span className="mono">{entry.key}</span> {entry.label !== entry.key && <span className="dim">{entry.label}</span>}
    </>
  );
  return (
    <>
      <Panel title="Sites" note="by events" flush>
        <BarList items={items(top.sites, 'site', (entry) => entry.label || entry.key)} empty={kNothing} />
      </Panel>
      <Panel title="Why" note="reasons of refusals and detections" flush>
        <BarList items={items(top.reasons, 'reason', (entry) => reasonWords(entry.key))} empty={kNothing} />
      </Panel>
      <Panel title="Rules" note="by matches" flush>
        <BarList items={items(top.rules, 'rule', rule)} empty={kNothing} />
      </Panel>
      <Panel title="Clients" note="by events" flush>
        <BarList items={items(top.clients, 'client', (entry) => <span className="mono">{entry.label || entry.key}</span>)} empty={kNothing} />
      </Panel>
      <Panel title="Paths" note="by events" flush>
        <BarList items={items(top.paths, 'path', (entry) => <span className="mono">{entry.label || entry.key}</span>)} empty={kNothing} />
      </Panel>
    </>
  );
}
