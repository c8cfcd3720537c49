import type { Overview } from '@/api/overview';
import type { ChartPoint, Series } from './StackedTimeChart';

export const kDecisionSeries: Series[] = [
  { key: 'passed', label: 'Passed', color: 'var(--chart)' },
  { key: 'detected', label: 'Detected', color: 'var(--amber-fill)' },
  { key: 'blocked', label: 'Blocked', color: 'var(--red-fill)' },
];

export function decisionPoints(traffic: Overview['traffic'] | undefined): ChartPoint[] {
  return (traffic ?? []).map((point) => ({
    time: Date.parse(point.minute),
    values: {
      blocked: point.blocked,
      detected: point.detected,
      passed: Math.max(0, point.requests - point.blocked - point.detected),
    },
  }));
}

export function stepWords(minutes: number): string {
  if (minutes < 60) return minutes === 1 ? 'per minute' : `per ${minutes} minutes`;
  if (minutes < 1440) return minutes === 60 ? 'per hour' : `per ${minutes / 60} hours`;
  return 'per day';
}

/** The ends of the time axis: whole steps, so that the first column is not cut. */
export function axisEnds(window: { since: string; until?: string }, step_ms: number): [number, number] {
  return [Math.floor(Date.parse(window.since) / step_ms) * step_ms, window.until ? Date.parse(window.until) : Date.now()];
}
