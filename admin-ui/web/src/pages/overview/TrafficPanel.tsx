import type { Overview } from '@/api/overview';
import { Legend, StackedTimeChart, type Series } from '@/components/charts/StackedTimeChart';
import { Panel } from '@/components/layout/Panel';
import { useTimeRange } from '@/components/range/useTimeRange';

const kSeries: Series[] = [
  { key: 'passed', label: 'Passed', color: 'var(--chart)' },
  { key: 'detected', label: 'Detected', color: 'var(--amber-fill)' },
  { key: 'blocked', label: 'Blocked', color: 'var(--red-fill)' },
];

function stepWords(minutes: number): string {
  if (minutes < 60) return minutes === 1 ? 'per minute' : `per ${minutes} minutes`;
  if (minutes < 1440) return minutes === 60 ? 'per hour' : `per ${minutes / 60} hours`;
  return 'per day';
}

/** Requests over time; a selection in it becomes the range of every page. */
export function TrafficPanel({ data, stepMinutes }: { data: Overview; stepMinutes: number }) {
  const { range, setExact } = useTimeRange();
  const window = range.window();
  const step = stepMinutes * 60_000;
  const from = Math.floor(Date.parse(window.since) / step) * step;
  const to = window.until ? Date.parse(window.until) : Date.now();
  const points = (data.traffic ?? []).map((point) => ({
    time: Date.parse(point.minute),
    values: {
      blocked: point.blocked,
      detected: point.detected,
      passed: Math.max(0, point.requests - point.blocked - point.detected),
    },
  }));
  const none = points.every((point) => Object.values(point.values).every((value) => value === 0));
  return (
    <Panel title="Requests" note={stepWords(stepMinutes)} actions={<Legend series={kSeries} />}>
      <StackedTimeChart points={points} series={kSeries} stepMs={step} from={from} to={to} onSelect={setExact} label="Requests over time, by decision" />
      {none && <p className="dim small" style={{ margin: '8px 0 0 44px' }}>No request in this range.</p>}
    </Panel>
  );
}
