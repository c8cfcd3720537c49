import { expect, it } from 'vitest';
import { niceTicks } from './scale';

it('reaches above the highest value in round steps', () => {
  expect(niceTicks(24_500)).toEqual([0, 10_000, 20_000, 30_000]);
});

it('counts in whole numbers when there is little', () => {
  expect(niceTicks(2)).toEqual([0, 1, 2]);
});

it('has an axis with nothing on it', () => {
  expect(niceTicks(0)).toEqual([0, 1]);
});
