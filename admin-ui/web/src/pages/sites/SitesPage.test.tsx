import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { refusal, renderApp } from '@/test/render';

it('shows each site with its mode in force', async () => {
  renderApp('/sites');
  expect(await screen.findByText('partners.example')).toBeTruthy();
  expect(screen.getAllByText('Blocking')).toHaveLength(3);
  expect(screen.getAllByText('Detection')).toHaveLength(1);
});

it('teaches what a site is when there is none', async () => {
  renderApp('/sites', { empty: true });
  expect(await screen.findByText('No site yet')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Add site' })).toBeTruthy();
});

it('offers no change to who may only look', async () => {
  renderApp('/sites', { role: 'viewer' });
  await screen.findByText('partners.example');
  expect(screen.queryByRole('link', { name: 'Add site' })).toBeNull();
});

it('says why the list could not be read, with the request id', async () => {
  const { server } = renderApp('/sites');
  server.intercept = (request) => (request.path === '/sites' ? refusal(503, 'unavailable', 'the database is locked') : undefined);
  expect(await screen.findByText('The database is locked.')).toBeTruthy();
  expect(screen.getByText('req-1')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});
