import type { Certificate, Ruleset, Site } from '@/api/types';

export interface Target {
  kind: string;
  label: string;
  to: string;
}

interface Known {
  sites: Site[];
  rulesets: Ruleset[];
  certificates: Certificate[];
}

const kPages: [string, string][] = [
  ['Overview', '/'],
  ['Sites', '/sites'],
  ['Add a site', '/sites/new'],
  ['Events', '/events'],
  ['Rule sets', '/rulesets'],
  ['What rules cost', '/rulesets/-/costs'],
  ['Certificates', '/certificates'],
  ['Status and version', '/system/status'],
  ['Users and roles', '/system/users'],
  ['Configuration versions', '/system/versions'],
  ['Settings: audit log, retention, workers', '/system/settings'],
  ['Change password', '/system/account'],
];

const kAddress = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+)(\/\d{1,3})?$/i;
const kRequestId = /^[0-9a-zA-Z]+[-_.0-9a-zA-Z]{9,}$/;
const kMost = 9;

/** What the text may mean, the most exact meaning first. */
export function suggest(text: string, known: Known): Target[] {
  const wanted = text.trim();
  const lower = wanted.toLowerCase();
  const events = (field: string) => `/events?${field}=${encodeURIComponent(wanted)}`;
  const found: Target[] = [];
  if (kAddress.test(wanted)) found.push({ kind: 'Client', label: `Events of ${wanted}`, to: events('client') });
  else if (/^\d{3,8}$/.test(wanted)) found.push({ kind: 'Rule', label: `Events of rule ${wanted}`, to: events('rule') });
  else if (wanted.startsWith('/')) found.push({ kind: 'Path', label: `Events below ${wanted}`, to: events('path') });
  else if (kRequestId.test(wanted) && /\d/.test(wanted)) {
    found.push({ kind: 'Event', label: `Open event ${wanted}`, to: `/events/${encodeURIComponent(wanted)}` });
  }
  for (const site of known.sites) {
    if (site.name.toLowerCase().includes(lower) || site.hosts.some((host) => host.toLowerCase().includes(lower))) {
      found.push({ kind: 'Site', label: `${site.name} (${site.hosts.join(', ')})`, to: `/sites/${encodeURIComponent(site.name)}` });
    }
  }
  if (lower) {
    for (const set of known.rulesets) {
      if (set.name.toLowerCase().includes(lower)) {
        found.push({ kind: 'Rule set', label: set.name, to: `/rulesets/${encodeURIComponent(set.name)}` });
      }
    }
    for (const certificate of known.certificates) {
      if (certificate.name.toLowerCase().includes(lower)) {
        found.push({ kind: 'Certificate', label: certificate.name, to: '/certificates' });
      }
    }
  }
  for (const [label, to] of kPages) {
    if (label.toLowerCase().includes(lower)) found.push({ kind: 'Page', label, to });
  }
  if (wanted && found.length < kMost) found.push({ kind: 'Events', label: `Events with “${wanted}”`, to: events('q') });
  return found.slice(0, kMost);
}
