import { beforeEach, expect, it, vi } from 'vitest';
import { setCsrfToken } from '@/api/client';
import { MockServer } from '@/test/mock/server';
import { refusal } from '@/test/render';
import { createWholeSite, type NewSiteDraft } from './createSite';

const draft: NewSiteDraft = {
  name: 'new', hosts: ['new.example', '*'], address: '127.0.0.1:9000', listeners: ['https'],
  new_listeners: [{ name: 'https-2', address: '0.0.0.0:8443', tls: true }],
  certificate: 'self_signed', certificate_name: '', pem: '', mode: 'DetectionOnly', redirect_to_https: false,
};

let server: MockServer;
beforeEach(() => {
  server = new MockServer({ empty: true });
  vi.stubGlobal('fetch', server.fetch);
  setCsrfToken('mock-csrf');
});

it('makes listener, certificate and upstream before the site', async () => {
  await createWholeSite(draft, { upstreams: [], certificates: [] });
  expect(server.requests.map((request) => request.path)).toEqual(['/listeners', '/certificates', '/upstreams', '/sites']);
  expect(server.requests[1]?.body).toEqual({ name: 'new', self_signed_hosts: ['new.example'] });
});

it('uses an upstream that is there already', async () => {
  server.state.upstreams.push({ name: 'app', endpoints: [{ address: '127.0.0.1:9000', weight: 1, backup: false }] } as never);
  await createWholeSite(draft, { upstreams: server.state.upstreams, certificates: [] });
  expect(server.state.sites[0]?.upstream).toBe('app');
});

it('takes back what it made when the site is refused', async () => {
  server.intercept = (request) => (request.path === '/sites' ? refusal(400, 'invalid', 'host "*" is taken') : undefined);
  await expect(createWholeSite(draft, { upstreams: [], certificates: [] })).rejects.toThrow('is taken');
  expect(server.state.upstreams).toEqual([]);
  expect(server.state.certificates).toEqual([]);
  expect(server.state.listeners.map((listener) => listener.name)).toEqual(['http', 'https']);
});
