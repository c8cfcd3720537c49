import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { parseRange, rangeParams, setExactRange, setNamedRange, type TimeRange } from './timeRange';

interface TimeRangeControl {
  range: TimeRange;
  setNamed: (key: string) => void;
  setExact: (from: Date, to: Date) => void;
  /** A link to another page of the same range. */
  href: (path: string, extra?: Record<string, string>) => string;
}

export function useTimeRange(): TimeRangeControl {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const range = useMemo(() => parseRange(new URLSearchParams(text)), [text]);
  const setNamed = useCallback((key: string) => setParams((old) => setNamedRange(old, key)), [setParams]);
  const setExact = useCallback((from: Date, to: Date) => setParams((old) => setExactRange(old, from, to)), [setParams]);
  const href = useCallback(
    (path: string, extra: Record<string, string> = {}) => {
      const kept = rangeParams(new URLSearchParams(text));
      for (const [key, value] of Object.entries(extra)) kept.set(key, value);
      const search = kept.toString();
      return search ? `${path}?${search}` : path;
    },
    [text],
  );
  return { range, setNamed, setExact, href };
}
