import { expect, it } from 'vitest';
import type { AuditEvent } from '@/api/events';
import { toCurl } from './curl';

const event = {
  request: {
    method: 'POST',
    uri: "/a?b='c'",
    protocol: 'HTTP/1.1',
    headers: [['Host', 'shop.example'], ['Cookie', "it's"], ['Content-Length', '3']],
    body_excerpt: 'x=1',
  },
  tls: { version: 'TLSv1.3' },
} as unknown as AuditEvent;

it('quotes everything for a shell and leaves out what curl sets itself', () => {
  expect(toCurl(event)).toBe(
    [
      `curl -k --path-as-is -X 'POST' 'https://shop.example/a?b='\\''c'\\'''`,
      `-H 'Cookie: it'\\''s'`,
      `--data-raw 'x=1'`,
    ].join(' \\\n  '),
  );
});
