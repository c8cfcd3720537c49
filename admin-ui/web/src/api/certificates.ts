import { useQuery } from '@tanstack/react-query';
import { call } from './client';
import type { Certificate, Changed, Items } from './types';

export const kCertificatesKey = ['certificates'] as const;

export function useCertificates() {
  return useQuery({
    queryKey: kCertificatesKey,
    queryFn: ({ signal }) => call<Items<Certificate>>('GET', '/certificates', { signal }),
    refetchInterval: 60_000,
  });
}

export type NewCertificate = { name: string } & ({ pem: string } | { self_signed_hosts: string[] });

export function createCertificate(certificate: NewCertificate): Promise<Changed<Certificate>> {
  return call('POST', '/certificates', { json: certificate });
}

export function deleteCertificate(name: string): Promise<{ version: number }> {
  return call('DELETE', `/certificates/${encodeURIComponent(name)}`);
}
