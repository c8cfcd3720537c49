import { useEventCounts, type EventFilter } from '@/api/events';
import { axisEnds, kDecisionSeries } from '@/components/charts/decisionSeries';
import { StackedTimeChart } from '@/components/charts/StackedTimeChart';
import { stepMinutes } from '@/components/range/timeRange';
import { useTimeRange } from '@/components/range/useTimeRange';

/** The events of the filter over time: the same events as in the list and the facets. */
export function EventHistogram({ filter }: { filter: EventFilter }) {
  const { range, setExact } = useTimeRange();
  const wanted_ms = stepMinutes(range.seconds) * 60_000;
  const counts = useEventCounts(filter, range.key, range.window, wanted_ms / 1000).data;
  const step_ms = (counts?.step_seconds ?? 0) * 1000 || wanted_ms;
  const [from, to] = axisEnds(range.window(), step_ms);
  const points = (counts?.histogram ?? []).map(({ start, blocked, detected, passed }) => ({
    time: Date.parse(start),
    values: { blocked, detected, passed },
  }));
  const shown = kDecisionSeries.filter(({ key }) => key !== 'passed' || points.some(({ values }) => values.passed > 0));
  return (
    <div className="events-histogram">
      <StackedTimeChart
        points={points}
        series={shown}
        stepMs={step_ms}
        from={from}
        to={to}
        height={96}
        onSelect={setExact}
        label={counts?.partial ? 'Events over time, the newest part' : 'Events over time'}
      />
    </div>
  );
}
