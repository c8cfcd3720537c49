import { useQuery } from '@tanstack/react-query';
import { call } from './client';

export interface User {
  name: string;
  role: 'admin' | 'viewer' | 'auditor';
  disabled: boolean;
  must_change_password: boolean;
  locked_until?: string | null;
  last_login?: string | null;
}

export const kUsersKey = ['users'] as const;

export function useUsers() {
  return useQuery({
    queryKey: kUsersKey,
    queryFn: ({ signal }) => call<{ items: User[] }>('GET', '/users', { signal }),
  });
}

export function createUser(user: { name: string; role: string; password: string }): Promise<unknown> {
  return call('POST', '/users', { json: user });
}

export function setUserPassword(name: string, password: string): Promise<void> {
  return call('PUT', `/users/${encodeURIComponent(name)}/password`, { json: { password } });
}

export function actOnUser(name: string, act: 'disable' | 'enable' | 'unlock'): Promise<void> {
  return call('POST', `/users/${encodeURIComponent(name)}/${act}`);
}
