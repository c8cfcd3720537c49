import type { EventFilter } from '@/api/events';
import { useOverview } from '@/api/overview';
import { axisEnds, decisionPoints, kDecisionSeries } from '@/components/charts/decisionSeries';
import { StackedTimeChart } from '@/components/charts/StackedTimeChart';
import { stepMinutes } from '@/components/range/timeRange';
import { useTimeRange } from '@/components/range/useTimeRange';

const kCounted = new Set(['site', 'decision']);

/**
 * Blocked and detected requests over time. The counters know site and decision only: under any other filter a
 * histogram would show what the list does not, so there is none.
 */
export function EventHistogram({ filter }: { filter: EventFilter }) {
  const { range, setExact } = useTimeRange();
  const step = stepMinutes(range.seconds);
  const overview = useOverview(range.key, range.window, step, filter);
  if (Object.keys(filter).some((field) => !kCounted.has(field)) || filter.decision === 'passed') return null;
  const series = kDecisionSeries.filter(({ key }) => key !== 'passed' && (!filter.decision || key === filter.decision));
  const [from, to] = axisEnds(range.window(), step * 60_000);
  return (
    <div className="events-histogram">
      <StackedTimeChart
        points={decisionPoints(overview.data?.traffic)}
        series={series}
        stepMs={step * 60_000}
        from={from}
        to={to}
        height={96}
        onSelect={setExact}
        label="Blocked and detected requests over time"
      />
    </div>
  );
}
