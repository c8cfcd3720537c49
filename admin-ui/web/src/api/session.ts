import { useQuery } from '@tanstack/react-query';
import { call, setCsrfToken } from './client';

export interface Session {
  user: string;
  role: 'admin' | 'viewer' | 'auditor';
  must_change_password: boolean;
  csrf_token: string;
}

export const kSessionKey = ['session'] as const;

export async function getSession(): Promise<Session> {
  const session = await call<Session>('GET', '/session');
  setCsrfToken(session.csrf_token);
  return session;
}

export async function logIn(user: string, password: string): Promise<Session> {
  const session = await call<Session>('POST', '/session', { json: { user, password } });
  setCsrfToken(session.csrf_token);
  return session;
}

export async function logOut(): Promise<void> {
  await call<void>('DELETE', '/session');
  setCsrfToken('');
}

export function changePassword(current: string, next: string): Promise<void> {
  return call('POST', '/session/password', { json: { current, new: next } });
}

/** The session of the page; SessionGate has read it before any page is shown. */
export function useSession(): Session | undefined {
  return useQuery({ queryKey: kSessionKey, queryFn: getSession, staleTime: Infinity, retry: false }).data;
}

export function useMayChange(): boolean {
  return useSession()?.role === 'admin';
}
