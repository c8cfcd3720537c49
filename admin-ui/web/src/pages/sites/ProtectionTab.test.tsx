import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { refusal, renderApp } from '@/test/render';

const patches = (server: ReturnType<typeof renderApp>['server']) => server.requests.filter((request) => request.method === 'PATCH');

async function chooseDetection() {
  await userEvent.click(await screen.findByRole('radio', { name: /^Detection/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
}

it('saves the mode with the version that it was made on', async () => {
  const { server } = renderApp('/sites/shop/protection');
  await chooseDetection();
  await screen.findByText('Saved and in force.');
  const patch = patches(server)[0];
  expect(patch?.headers['If-Match']).toBe('41');
  expect((patch?.body as { waf: { mode: string } }).waf.mode).toBe('DetectionOnly');
  expect(patch?.headers['X-CSRF-Token']).toBe('mock-csrf');
});

it('saves in silence over a change that touched something else', async () => {
  const { server } = renderApp('/sites/shop/protection');
  await screen.findByRole('radio', { name: /^Detection/ });
  server.state.version = 50;
  await chooseDetection();
  await screen.findByText('Saved and in force.');
  expect(patches(server).map((request) => request.headers['If-Match'])).toEqual(['41', '50']);
});

it('shows both states when someone else changed the same', async () => {
  const { server } = renderApp('/sites/shop/protection');
  await screen.findByRole('radio', { name: /^Detection/ });
  const shop = server.state.sites.find((site) => site.name === 'shop');
  if (shop) shop.waf = { ...shop.waf, paranoia_level: 4 };
  server.state.version = 50;
  await chooseDetection();
  await screen.findByText('Someone else changed this while you were editing.');
  await userEvent.click(screen.getByRole('button', { name: 'Take theirs' }));
  await waitFor(() => expect(screen.queryByText('Someone else changed this while you were editing.')).toBeNull());
});

it('shows a refusal and keeps what was entered', async () => {
  const { server } = renderApp('/sites/shop/protection');
  server.intercept = (request) => (request.method === 'PATCH' ? refusal(400, 'invalid', 'rule set crs does not load') : undefined);
  await chooseDetection();
  await screen.findByText('Rule set crs does not load.');
  expect((screen.getByRole('radio', { name: /^Detection/ }) as HTMLInputElement).checked).toBe(true);
});
