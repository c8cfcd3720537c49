import type { Overview } from '@/api/overview';
import { Panel } from '@/components/layout/Panel';
import { useTimeRange } from '@/components/range/useTimeRange';
import { axisEnds, decisionPoints, kDecisionSeries, stepWords } from './decisionSeries';
import { Legend, StackedTimeChart } from './StackedTimeChart';

interface TrafficChartProps {
  traffic: Overview['traffic'] | undefined;
  stepMinutes: number;
  height?: number;
}

/** Requests over time; a selection in it becomes the range of every page. */
export function TrafficChart({ traffic, stepMinutes, height }: TrafficChartProps) {
  const { range, setExact } = useTimeRange();
  const step = stepMinutes * 60_000;
  const [from, to] = axisEnds(range.window(), step);
  const points = decisionPoints(traffic);
  const none = points.every((point) => Object.values(point.values).every((value) => value === 0));
  return (
    <Panel title="Requests" note={stepWords(stepMinutes)} actions={<Legend series={kDecisionSeries} />}>
      <StackedTimeChart points={points} series={kDecisionSeries} stepMs={step} from={from} to={to} height={height} onSelect={setExact} label="Requests over time, by decision" />
      {none && (
        <p className="dim small" style={{ margin: '8px 0 0 44px' }}>
          No request in this range.
        </p>
      )}
    </Panel>
  );
}
