import { expect, it } from 'vitest';
import { markMatch, printable } from './matched';

it('marks the bytes that matched', () => {
  expect(markMatch("x' or 1", { offset: 1, length: 4 })).toEqual({ before: 'x', match: "' or", after: ' 1' });
});

it('counts bytes, not characters', () => {
  expect(markMatch('é<b>', { offset: 2, length: 3 })).toEqual({ before: 'é', match: '<b>', after: '' });
});

it('takes the exact bytes when the value is not UTF-8', () => {
  const base64 = btoa('\xff<b>');
  expect(markMatch('\ufffd<b>', { offset: 1, length: 3 }, base64).match).toBe('<b>');
});

it('stays within the value when the record says more', () => {
  expect(markMatch('abc', { offset: 2, length: 99 })).toEqual({ before: 'ab', match: 'c', after: '' });
});

it('shows control characters and direction marks instead of obeying them', () => {
  expect(printable('a\u0000b\u202ec')).toBe('a\\x00b\\x202ec');
});
