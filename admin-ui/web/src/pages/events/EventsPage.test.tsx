import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderApp } from '@/test/render';

it('asks for exactly the filter that the URL says', async () => {
  const { server } = renderApp('/events?site=shop&decision=blocked&range=7d');
  await screen.findAllByText('Blocked');
  const query = server.requests.find((request) => request.path === '/events')?.query;
  expect([query?.get('site'), query?.get('decision')]).toEqual(['shop', 'blocked']);
});

it('opens an event under its own URL and says in words what it was', async () => {
  const { server, router } = renderApp('/events?rule=942100&range=30d');
  const event = server.state.events.find((item) => item.rules[0]?.id === 942100);
  await waitFor(() => expect(document.querySelector(`[data-key="${event?.id}"]`)).toBeTruthy());
  await userEvent.click(document.querySelector(`[data-key="${event?.id}"]`) as Element);
  await screen.findByText(/^SQL injection in parameter id of GET \/search/);
  expect(router.state.location.pathname).toBe(`/events/${event?.id}`);
  expect(router.state.location.search).toBe('?rule=942100&range=30d');
  expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toContain("1' OR '1'='1");
});

it('moves with j and k and closes with Escape', async () => {
  const { router } = renderApp('/events');
  await screen.findAllByText('Blocked');
  await userEvent.keyboard('j');
  await waitFor(() => expect(router.state.location.pathname).toMatch(/^\/events\/./));
  const first = router.state.location.pathname;
  await userEvent.keyboard('j');
  await waitFor(() => expect(router.state.location.pathname).not.toBe(first));
  await userEvent.keyboard('k');
  await waitFor(() => expect(router.state.location.pathname).toBe(first));
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(router.state.location.pathname).toBe('/events'));
});

it('makes a token of what is typed', async () => {
  const { router } = renderApp('/events');
  await userEvent.type(await screen.findByLabelText('Filter events'), 'rule:942100{Enter}');
  await waitFor(() => expect(router.state.location.search).toBe('?rule=942100'));
  expect(screen.getByLabelText('Remove Rule 942100')).toBeTruthy();
});

it('gathers what comes behind a button, or follows it', async () => {
  const { server } = renderApp('/events');
  await screen.findAllByText('Blocked');
  const arrive = (id: string) => {
    const [first] = server.state.events;
    if (first) server.state.events.unshift({ ...first, id, time: new Date().toISOString() });
  };
  arrive('fresh-1');
  const more = await screen.findByText('1 new, show');
  expect(document.querySelector('[data-key="fresh-1"]')).toBeNull();
  await userEvent.click(more);
  await waitFor(() => expect(document.querySelector('[data-key="fresh-1"]')).toBeTruthy());
  await userEvent.click(screen.getByLabelText('Live'));
  arrive('fresh-2');
  await waitFor(() => expect(document.querySelector('[data-key="fresh-2"]')).toBeTruthy());
  const keys = [...document.querySelectorAll('[data-key]')].map((row) => row.getAttribute('data-key'));
  expect(keys.slice(0, 2)).toEqual(['fresh-2', 'fresh-1']);
  expect(new Set(keys).size).toBe(keys.length);
  expect(server.requests.filter(({ path, query }) => path === '/events' && query.has('since')).length).toBe(1);
});

it('says who did it', async () => {
  renderApp('/events');
  const table = await screen.findByRole('table', { name: 'Attackers' });
  expect(within(table).getAllByText('sqli, xss').length).toBeGreaterThan(0);
  expect(within(table).getByText('203.0.113.58').getAttribute('href')).toContain('client=203.0.113.58');
});

it('lifts the masks of an event for an auditor and for nobody else', async () => {
  for (const role of ['admin', 'auditor'] as const) {
    const { server, unmount } = renderApp('/events', { role });
    const [masked] = server.state.events;
    if (!masked) throw new Error('no event');
    masked.secrets_kept = true;
    server.intercept = (request) =>
      request.path === `/events/${masked.id}/unmask`
        ? new Response(JSON.stringify({ ...masked, request: { ...masked.request, uri: '/?password=hunter2' } }))
        : undefined;
    await waitFor(() => expect(document.querySelector(`[data-key="${masked.id}"]`)).toBeTruthy());
    await userEvent.click(document.querySelector(`[data-key="${masked.id}"]`) as Element);
    await screen.findByText('Copy link');
    const button = screen.queryByText('Lift the masks');
    expect(button !== null).toBe(role === 'auditor');
    if (button) {
      await userEvent.click(button);
      await screen.findByText(/password=hunter2/);
      expect(server.requests.some(({ method, path }) => method === 'POST' && path.endsWith('/unmask'))).toBe(true);
    }
    unmount();
  }
});

it('offers to clear a filter that nothing matches', async () => {
  const { router } = renderApp('/events?q=nothing-has-this');
  await userEvent.click(await screen.findByRole('button', { name: 'Clear the filter' }));
  await waitFor(() => expect(router.state.location.search).toBe(''));
});

it('says so when an event does not exist', async () => {
  renderApp('/events/none-such');
  expect(await screen.findByText(/There is no event none-such/)).toBeTruthy();
});
