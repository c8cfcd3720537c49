import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderApp } from '@/test/render';

it('turns HTTP/2 of a listener off', async () => {
  const { server } = renderApp('/system/listeners');
  const http2 = await screen.findByRole<HTMLInputElement>('switch', { name: /^HTTP\/2(?! by)/ });
  expect(http2.checked).toBe(true);
  await userEvent.click(http2);
  await waitFor(() => expect(server.state.listeners.find((listener) => listener.tls)?.http2).toBe(false));
  const clear = await screen.findByRole<HTMLInputElement>('switch', { name: /^HTTP\/2 by prior knowledge/ });
  expect(clear.checked).toBe(false);
});
