import { expect, it } from 'vitest';
import { clearFilter, parseToken, readFilter } from './filter';

it.each([
  ['rule:942100', 'rule', '942100'],
  ['client = 10.0.0.0/8', 'client', '10.0.0.0/8'],
  ['/login', 'path', '/login'],
  ['942100', 'rule', '942100'],
  ['192.0.2.7', 'client', '192.0.2.7'],
  ['union select', 'q', 'union select'],
  ['nonsense:1', 'q', 'nonsense:1'],
  ['-path:/health', 'filter', '-path:/health'],
  ['site:shop rule:942100', 'filter', 'site:shop rule:942100'],
  ['status:5xx', 'filter', 'status:5xx'],
  ['"union select"', 'filter', '"union select"'],
  ['rule:942*', 'filter', 'rule:942*'],
])('understands %s', (text, field, value) => {
  expect(parseToken(text)).toEqual({ field, value });
});

it('makes no token of nothing', () => {
  expect(parseToken('  ')).toBeUndefined();
});

it('reads only what the API filters by', () => {
  expect(readFilter(new URLSearchParams('site=shop&evil=1&range=7d'))).toEqual({ site: 'shop' });
});

it('clears the filter and keeps the range', () => {
  expect(clearFilter(new URLSearchParams('site=shop&range=7d')).toString()).toBe('range=7d');
});
