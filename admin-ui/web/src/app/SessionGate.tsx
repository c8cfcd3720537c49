import { useQuery, useQueryClient } from '@tanstack/react-query';
import { asApiError } from '@/api/error';
import { getSession, kSessionKey, type Session } from '@/api/session';
import { Delayed } from '@/components/feedback/QueryView';
import { ErrorState } from '@/components/feedback/States';
import { LoginPage } from '@/pages/login/LoginPage';
import { PasswordPage } from '@/pages/login/PasswordPage';
import { Shell } from './Shell';

/** Nothing of the application is shown, and nothing asked of the API, before there is a session. */
export function SessionGate() {
  const client = useQueryClient();
  const session = useQuery({ queryKey: kSessionKey, queryFn: getSession, staleTime: Infinity, retry: false });
  const enter = (next: Session) => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== kSessionKey[0] });
    client.setQueryData(kSessionKey, next);
  };

  if (session.isError) {
    return asApiError(session.error).status === 401 ? (
      <LoginPage onLoggedIn={enter} />
    ) : (
      <ErrorState error={session.error} onRetry={() => void session.refetch()} />
    );
  }
  if (!session.data) {
    return (
      <Delayed>
        <p className="dim" style={{ padding: 24 }}>
          Asking the gateway…
        </p>
      </Delayed>
    );
  }
  if (session.data.must_change_password) {
    return <PasswordPage user={session.data.user} onChanged={() => void session.refetch()} />;
  }
  return <Shell />;
}
