import { expect, it } from 'vitest';
import type { Status } from '@/api/status';
import { firstTrouble } from './AttentionStrip';

const fine: Status = {
  version: '1', uptime_s: 1, ready: true, config_version: 1, on_last_good: false, alarms: [], listeners: [], connections: 0,
  requests: 0, events_written: 0, events_lost: 0, sites: [], endpoints: [], rulesets: [],
};

it('is silent when nothing is wrong', () => {
  expect(firstTrouble(fine)).toBeUndefined();
});

it('puts the unreadable database before everything', () => {
  expect(firstTrouble({ ...fine, on_last_good: true, alarms: ['disk full'] })?.text).toMatch(/^The database cannot be read/);
});

it('says when a site runs in a mode other than the configured', () => {
  const sites = [{ site: 'shop', configured_mode: 'On' as const, effective_mode: 'DetectionOnly' as const, detail: 'The rule set says so.' }];
  expect(firstTrouble({ ...fine, sites })?.text).toBe('Site shop is configured as Blocking and runs as Detection. The rule set says so.');
});

it('counts lost events', () => {
  expect(firstTrouble({ ...fine, events_lost: 3 })?.text).toContain('3 events could not be stored');
});
