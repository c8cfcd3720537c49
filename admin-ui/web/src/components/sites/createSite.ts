import { createCertificate, deleteCertificate } from '@/api/certificates';
import { createListener, deleteListener } from '@/api/listeners';
import { createSite, type NewSite } from '@/api/sites';
import { createUpstream, deleteUpstream } from '@/api/upstreams';
import type { Listener, Mode, Upstream } from '@/api/types';

export type CertificateChoice = 'self_signed' | 'upload' | 'existing' | 'none';

export interface NewSiteDraft {
  name: string;
  hosts: string[];
  address: string;
  listeners: string[];
  new_listeners: Listener[];
  certificate: CertificateChoice;
  certificate_name: string;
  pem: string;
  mode: Mode;
  redirect_to_https: boolean;
}

interface Taken {
  upstreams: Upstream[];
  certificates: string[];
}

function freeName(wanted: string, taken: string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** Host names that a certificate can be made for; "*" alone is none. */
function certificateHosts(hosts: string[]): string[] {
  const named = hosts.filter((host) => host !== '*');
  return named.length > 0 ? named : ['localhost'];
}

/**
 * A site and what it needs: listeners, upstream, certificate. When a later step is refused, what the earlier ones
 * made is removed again, so that a second try meets the same state.
 */
export async function createWholeSite(draft: NewSiteDraft, taken: Taken): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const listener of draft.new_listeners) {
      await createListener(listener);
      undo.push(() => deleteListener(listener.name));
    }
    const certificates = await makeCertificate(draft, taken, undo);
    const upstream = await makeUpstream(draft, taken, undo);
    const site: NewSite = {
      name: draft.name,
      hosts: draft.hosts,
      listeners: [...draft.listeners, ...draft.new_listeners.map((listener) => listener.name)],
      certificates,
      upstream,
      redirect_to_https: draft.redirect_to_https,
      waf: { mode: draft.mode },
    };
    await createSite(site);
  } catch (cause) {
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw cause;
  }
}

async function makeCertificate(draft: NewSiteDraft, taken: Taken, undo: (() => Promise<unknown>)[]): Promise<string[]> {
  if (draft.certificate === 'none') return [];
  if (draft.certificate === 'existing') return draft.certificate_name ? [draft.certificate_name] : [];
  const name = freeName(draft.name, taken.certificates);
  await createCertificate(
    draft.certificate === 'upload' ? { name, pem: draft.pem } : { name, self_signed_hosts: certificateHosts(draft.hosts) },
  );
  undo.push(() => deleteCertificate(name));
  return [name];
}

async function makeUpstream(draft: NewSiteDraft, taken: Taken, undo: (() => Promise<unknown>)[]): Promise<string> {
  const same = taken.upstreams.find((item) => item.endpoints.length === 1 && item.endpoints[0]?.address === draft.address);
  if (same) return same.name;
  const name = freeName(draft.name, taken.upstreams.map((item) => item.name));
  await createUpstream({ name, endpoints: [{ address: draft.address, weight: 1, backup: false }] });
  undo.push(() => deleteUpstream(name));
  return name;
}
