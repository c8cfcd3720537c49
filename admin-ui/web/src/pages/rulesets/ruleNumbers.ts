import type { Ruleset } from '@/api/types';
import { formatBytes, formatNumber } from '@/components/data/format';

/** "308 of 318 patterns in Hyperscan" */
export function engineWords(ruleset: Ruleset): string {
  if (ruleset.compiling) return 'compiling for Hyperscan; PCRE2 matches until then';
  if (!ruleset.rx_total) return ruleset.used_by?.length ? 'no patterns' : 'counted when a site uses it';
  return `${formatNumber(ruleset.rx_hyperscan ?? 0)} of ${formatNumber(ruleset.rx_total)} in Hyperscan`;
}

export function databaseWords(ruleset: Ruleset): string {
  if (!ruleset.databases) return ruleset.used_by?.length ? 'none' : '–';
  return `${formatNumber(ruleset.databases)}, ${formatBytes(ruleset.database_bytes ?? 0)}`;
}

/** Counts may come as numbers or as lists of what changed. */
export function countOf(value: number | unknown[] | undefined): number | undefined {
  return Array.isArray(value) ? value.length : value;
}
