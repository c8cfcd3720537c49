import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { refusal, renderApp } from '@/test/render';
import { formatCost, formatShare } from './sorting';

async function ids(): Promise<string[]> {
  const table = await screen.findByLabelText('What rules cost', { selector: 'table' });
  return [...table.querySelectorAll('tbody tr')].map((row) => row.querySelector('td')?.textContent ?? '');
}

it('shows the dearest rule first, and by another column what that says', async () => {
  renderApp('/rulesets/-/costs?site=shop');
  expect((await ids()).slice(0, 3)).toEqual(['942190', '932160', '941100']);
  expect(screen.getByText('61.4 µs a request')).toBeTruthy();
  await userEvent.click(screen.getByLabelText('Sort by Hits'));
  expect((await ids())[0]).toBe('949110');
  await userEvent.click(screen.getByLabelText('Sort by Rule'));
  expect((await ids())[0]).toBe('913100');
  await userEvent.click(screen.getByLabelText('Sort by Rule'));
  expect((await ids())[0]).toBe('949110');
});

it('opens the events of a rule on that site', async () => {
  const { router } = renderApp('/rulesets/-/costs?site=shop');
  await userEvent.click(await screen.findByText('942190'));
  expect(router.state.location.pathname).toBe('/events');
  expect(router.state.location.search).toContain('rule=942190');
  expect(router.state.location.search).toContain('site=shop');
});

it('asks for the first site where none is said', async () => {
  const { server } = renderApp('/rulesets/-/costs');
  await ids();
  expect(server.requests.filter((request) => request.path === '/rules/cost').map((request) => request.query.get('site'))).toEqual(['shop']);
});

it('tells when nothing was measured yet, and when nothing will be', async () => {
  for (const [one_of, words] of [[256, 'No request was measured yet'], [0, 'Nothing is measured']] as const) {
    const { server, unmount } = renderApp('/rulesets/-/costs?site=shop');
    server.intercept = (request) =>
      request.path === '/rules/cost'
        ? new Response(JSON.stringify({ site: 'shop', since: '2026-01-01T00:00:00Z', one_of, samples: 0, us_per_request: 0, items: [] }))
        : undefined;
    expect(await screen.findByText(words)).toBeTruthy();
    unmount();
  }
});

it('shows a refusal with its request id', async () => {
  const { server } = renderApp('/rulesets/-/costs?site=shop');
  server.intercept = (request) => (request.path === '/rules/cost' ? refusal(503, 'unavailable', 'the gateway does not run') : undefined);
  expect(await screen.findByText('The gateway does not run.')).toBeTruthy();
  expect(screen.getByText('req-1')).toBeTruthy();
});

it('writes costs with three digits', () => {
  expect([0.001, 0.5, 12.34, 345.6, 2345, 23456].map(formatCost)).toEqual(['< 0.01 µs', '0.50 µs', '12.3 µs', '346 µs', '2.35 ms', '23.5 ms']);
  expect([0.00001, 0.0312].map(formatShare)).toEqual(['< 0.1 %', '3.1 %']);
});
