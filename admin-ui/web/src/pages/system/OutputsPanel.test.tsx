import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderApp } from '@/test/render';

it('shows what was dropped and what a test of an output says', async () => {
  const { server } = renderApp('/system');
  server.intercept = (request) =>
    request.path === '/outputs/siem/test' ? new Response(JSON.stringify({ ok: false, message: 'logs.example:6514: the certificate is refused' })) : undefined;
  expect(await screen.findByText('22 dropped')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Send a test event' }));
  expect((await screen.findByRole('status')).textContent).toContain('the certificate is refused');
});
