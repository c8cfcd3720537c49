import { useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { Diagnostic, Items, RuleItem, Ruleset } from './types';

export const kRulesetsKey = ['rulesets'] as const;

export function useRulesets() {
  return useQuery({
    queryKey: kRulesetsKey,
    queryFn: ({ signal }) => call<Items<Ruleset>>('GET', '/rulesets', { signal }),
    refetchInterval: (query) => (query.state.data?.items.some((item) => item.compiling) ? 2_000 : false),
  });
}

export function useRules(ruleset: string) {
  return useQuery({
    queryKey: [...kRulesetsKey, ruleset, 'rules'],
    queryFn: ({ signal }) =>
      call<{ items: RuleItem[] }>('GET', `/rulesets/${encodeURIComponent(ruleset)}/rules`, { signal }),
    staleTime: 300_000,
  });
}

export function deleteRuleset(name: string): Promise<{ version: number }> {
  return call('DELETE', `/rulesets/${encodeURIComponent(name)}`);
}

export interface ImportResult {
  name: string;
  rules: number;
  added?: number | unknown[];
  changed?: number | unknown[];
  removed?: number | unknown[];
  diagnostics: Diagnostic[];
}

export interface Job {
  id: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  stage: 'unpack' | 'parse' | 'check' | 'compile' | 'store' | '';
  done: number;
  total: number;
  result?: ImportResult | null;
  error?: { message: string; diagnostics?: Diagnostic[]; request_id?: string } | null;
}

export function importRuleset(name: string, file: File): Promise<{ job: string }> {
  return call('POST', '/rulesets/import', {
    query: { name },
    body: file,
    headers: { 'Content-Type': 'application/octet-stream', 'X-Filename': encodeURIComponent(file.name) },
  });
}

export function getJob(id: string, signal?: AbortSignal): Promise<Job> {
  return call('GET', `/jobs/${encodeURIComponent(id)}`, { signal });
}

export function cancelJob(id: string): Promise<void> {
  return call('DELETE', `/jobs/${encodeURIComponent(id)}`);
}
