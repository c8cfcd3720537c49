import { expect, it } from 'vitest';
import { parseRange, rangeParams, setExactRange, setNamedRange, stepMinutes } from './timeRange';

const params = (text: string) => new URLSearchParams(text);

it('is the last 24 hours without a word in the URL', () => {
  expect(parseRange(params('')).key).toBe('24h');
});

it('ignores a range that ends before it starts', () => {
  expect(parseRange(params('from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).key).toBe('24h');
});

it('keeps an exact range exactly', () => {
  const next = setExactRange(params('range=7d&site=shop'), new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T01:00:00Z'));
  expect(next.get('range')).toBeNull();
  expect(next.get('site')).toBe('shop');
  expect(parseRange(next).window()).toEqual({ since: '2026-01-01T00:00:00.000Z', until: '2026-01-01T01:00:00.000Z' });
});

it('leaves an exact range when a named one is chosen', () => {
  expect(setNamedRange(params('from=a&to=b'), '1h').toString()).toBe('range=1h');
});

it('carries only the range to another page', () => {
  expect(rangeParams(params('range=7d&site=shop')).toString()).toBe('range=7d');
});

it('draws about a hundred columns', () => {
  expect(stepMinutes(86400)).toBe(15);
  expect(stepMinutes(3600)).toBe(1);
  expect(stepMinutes(30 * 86400)).toBe(720);
});
