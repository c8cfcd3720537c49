import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderApp } from '@/test/render';

it('asks for nothing but the session before the login', async () => {
  const { server } = renderApp('/sites', { logged_in: false });
  await screen.findByRole('button', { name: 'Log in' });
  expect(server.requests.map((request) => request.path)).toEqual(['/session']);
});

it('says in words why a login failed', async () => {
  renderApp('/', { logged_in: false });
  await userEvent.type(await screen.findByLabelText('Password'), 'wrong');
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByText('The user or the password is wrong.')).toBeTruthy();
});

it('shows the page that was asked for after the login', async () => {
  renderApp('/certificates', { logged_in: false });
  await userEvent.type(await screen.findByLabelText('Password'), 'right');
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByRole('heading', { name: 'Certificates' })).toBeTruthy();
});

it('shows nothing else until the printed password is replaced', async () => {
  const { server } = renderApp('/', { must_change_password: true });
  await screen.findByRole('heading', { name: 'Choose your own password' });
  expect(server.requests.every((request) => request.path === '/session')).toBe(true);
  await userEvent.type(screen.getByLabelText('Current password'), 'printed');
  await userEvent.type(screen.getByLabelText('New password'), 'a longer one');
  await userEvent.type(screen.getByLabelText('New password again'), 'a longer one');
  await userEvent.click(screen.getByRole('button', { name: 'Set password' }));
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeTruthy();
});
