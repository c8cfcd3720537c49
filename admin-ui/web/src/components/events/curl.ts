import type { AuditEvent } from '@/api/events';

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const kOwn = /^(host|content-length|connection|transfer-encoding)$/i;

/** The request as a command that sends it again, quoted for a POSIX shell. */
export function toCurl(event: AuditEvent): string {
  const { method, uri, headers, body_excerpt } = event.request;
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const scheme = event.tls?.version ? 'https' : 'http';
  const parts = [`curl -k --path-as-is -X ${quote(method)} ${quote(`${scheme}://${host}${uri}`)}`];
  for (const [name, value] of headers) {
    if (!kOwn.test(name)) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  }
  if (body_excerpt) parts.push(`--data-raw ${quote(body_excerpt)}`);
  return parts.join(' \\\n  ');
}
