import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router-dom';
import { vi } from 'vitest';
import { kRoutes } from '@/app/router';
import { theme } from '@/theme/theme';
import { MockServer } from './mock/server';
import type { MockOptions } from './mock/state';

/** The whole application at a path, in front of the API in memory. */
export function renderApp(path: string, options: MockOptions = {}) {
  const server = new MockServer(options);
  vi.stubGlobal('fetch', server.fetch);
  const router = createMemoryRouter(kRoutes, { initialEntries: [path] });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const view = render(
    <MantineProvider theme={theme} env="test">
      <Notifications />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { server, router, client, ...view };
}

export function refusal(status: number, code: string, message: string): Response {
  return new Response(JSON.stringify({ error: { code, message, request_id: 'req-1' } }), { status });
}
