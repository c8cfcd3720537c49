import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useEventCounts, type CountEntry, type EventField, type EventFilter } from '@/api/events';
import { formatTime } from '@/components/data/format';
import { BarList } from '@/components/data/BarList';
import { reasonWords } from '@/components/events/words';
import { stepMinutes } from '@/components/range/timeRange';
import { useTimeRange } from '@/components/range/useTimeRange';
import { withField } from './filter';

const kShown = 5;

interface Facet {
  title: string;
  field: EventField;
  entries: CountEntry[] | undefined;
  label: (entry: CountEntry) => ReactNode;
}

const mono = (entry: CountEntry) => <span className="mono">{entry.label || entry.key}</span>;

/** What the filtered events have in common; each value narrows the filter to itself. */
export function Facets({ filter }: { filter: EventFilter }) {
  const [params] = useSearchParams();
  const { range } = useTimeRange();
  const counts = useEventCounts(filter, range.key, range.window, stepMinutes(range.seconds) * 60).data;
  const top = counts?.facets;
  const facets: Facet[] = [
    { title: 'Site', field: 'site', entries: top?.site, label: (entry) => entry.label || entry.key },
    { title: 'Reason', field: 'reason', entries: top?.reason, label: (entry) => reasonWords(entry.key) },
    { title: 'Rule', field: 'rule', entries: top?.rule, label: (entry) => <span className="mono">{entry.key}</span> },
    { title: 'Client', field: 'client', entries: top?.client, label: mono },
    { title: 'Path', field: 'path', entries: top?.path, label: mono },
  ];
  return (
    <nav className="panel facets" aria-label="Narrow the filter">
      {facets
        .filter(({ field, entries }) => !filter[field] && (entries ?? []).length > 0)
        .map(({ title, field, entries, label }) => (
          <section key={field}>
            <h3>{title}</h3>
            <BarList
              empty=""
              items={(entries ?? []).slice(0, kShown).map((entry) => ({
                key: entry.key,
                label: label(entry),
                title: entry.label || entry.key,
                count: entry.count,
                href: `/events?${withField(params, field, entry.key).toString()}`,
              }))}
            />
          </section>
        ))}
      {counts?.partial && counts.counted_back_to && (
        <p className="dim">Counted back to {formatTime(counts.counted_back_to)}</p>
      )}
      {!top && <p style={{ height: 200 }} />}
    </nav>
  );
}
