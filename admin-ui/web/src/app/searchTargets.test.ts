import { expect, it } from 'vitest';
import { createState } from '@/test/mock/state';
import { suggest } from './searchTargets';

const known = createState();
const first = (text: string) => suggest(text, known)[0];

it('takes an address for a client', () => {
  expect(first('203.0.113.58')?.to).toBe('/events?client=203.0.113.58');
});

it('takes a number for a rule', () => {
  expect(first('942100')?.to).toBe('/events?rule=942100');
});

it('opens an event by its id', () => {
  expect(first('01k3f4a2c10ca19f')?.to).toBe('/events/01k3f4a2c10ca19f');
});

it('finds a site by a host name', () => {
  expect(first('www.shop')?.to).toBe('/sites/shop');
});

it('finds a setting by a word of it', () => {
  expect(suggest('audit', known).some((target) => target.to === '/system/settings')).toBe(true);
});
