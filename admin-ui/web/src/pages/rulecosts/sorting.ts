import type { RuleCost } from '@/api/ruleCosts';

export type SortKey = 'id' | 'message' | 'us_per_request' | 'share' | 'evaluations' | 'hits';
export interface Sorting {
  key: SortKey;
  ascending: boolean;
}

/** The first click on a column of numbers wants the largest on top, on one of names the first. */
export function sortedBy(now: Sorting, key: SortKey): Sorting {
  if (now.key === key) return { key, ascending: !now.ascending };
  return { key, ascending: key === 'id' || key === 'message' };
}

export function sortCosts(items: RuleCost[], { key, ascending }: Sorting): RuleCost[] {
  const sign = ascending ? 1 : -1;
  return [...items].sort((a, b) => {
    const order = key === 'message' ? a.message.localeCompare(b.message) : a[key] - b[key];
    return order === 0 ? a.id - b.id : sign * order;
  });
}

/** Three digits say enough of a measurement. */
export function formatCost(us: number): string {
  if (us >= 1000) return `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms`;
  if (us >= 100) return `${us.toFixed(0)} µs`;
  if (us >= 10) return `${us.toFixed(1)} µs`;
  return us >= 0.01 ? `${us.toFixed(2)} µs` : '< 0.01 µs';
}

export function formatShare(share: number): string {
  const percent = share * 100;
  return percent >= 0.1 ? `${percent.toFixed(1)} %` : '< 0.1 %';
}
