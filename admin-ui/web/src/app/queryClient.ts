import { QueryClient } from '@tanstack/react-query';
import { onUnauthenticated } from '@/api/client';
import { ApiError } from '@/api/error';
import { kSessionKey } from '@/api/session';

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // A refusal is an answer; only a gateway that did not answer is asked again.
        retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
        retryDelay: (count) => Math.min(4_000, 500 * 2 ** count),
      },
    },
  });
  // SessionGate sees the empty session and shows the login over whatever page was open.
  onUnauthenticated(() => void client.resetQueries({ queryKey: kSessionKey }));
  return client;
}
