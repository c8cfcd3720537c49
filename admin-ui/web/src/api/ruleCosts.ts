import { useQuery } from '@tanstack/react-query';
import { call } from './client';

export interface RuleCost {
  id: number;
  phase: number;
  message: string;
  file: string;
  line: number;
  evaluations: number;
  hits: number;
  evaluation_us: number;
  scan_us: number;
  us_per_request: number;
  share: number;
}

export interface RuleCosts {
  site: string;
  since: string;
  one_of: number;
  samples: number;
  us_per_request: number;
  items: RuleCost[];
}

export function useRuleCosts(site: string) {
  return useQuery({
    queryKey: ['rules', 'cost', site],
    queryFn: ({ signal }) => call<RuleCosts>('GET', '/rules/cost', { query: { site }, signal }),
    enabled: site !== '',
  });
}
