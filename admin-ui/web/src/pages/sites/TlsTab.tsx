import { MultiSelect, NumberInput, Switch, TagsInput } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useCertificates } from '@/api/certificates';
import { useListeners } from '@/api/listeners';
import type { Site } from '@/api/types';
import { DaysLeft } from '@/components/data/Values';
import { SaveBar } from '@/components/form/SaveBar';
import { Facts, Panel } from '@/components/layout/Panel';
import { ClientCertificateFields } from '@/components/sites/ClientCertificateFields';
import { ListenerPanel } from './ListenerPanel';
import type { SiteTabProps } from './SitePage';
import { useSiteDraft } from './useSiteDraft';

const pick = (site: Site) => ({
  hosts: site.hosts,
  listeners: site.listeners,
  certificates: site.certificates,
  client_certificates: site.client_certificates ?? { mode: 'off' as const, ca_pem: '' },
  redirect_to_https: site.redirect_to_https,
  hsts: site.hsts ?? { max_age_s: 0, include_subdomains: false, preload: false },
});

const kYear = 31_536_000;

export function TlsTab({ site, version }: SiteTabProps) {
  const draft = useSiteDraft(site, version, pick, (value) => value);
  const { value, set } = draft;
  const listening = useListeners().data;
  const listeners = listening?.items ?? [];
  const certificates = useCertificates().data?.items ?? [];
  const chosen = certificates.filter((certificate) => value.certificates.includes(certificate.name));
  return (
    <>
      <div className="two-columns">
        <Panel title="Hosts and TLS" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
          <div className="form">
            <TagsInput label="Hosts" description="shop.example, *.shop.example, or * for any that no other site has" value={value.hosts} onChange={(hosts) => set({ hosts })} splitChars={[',', ' ']} />
            <MultiSelect
              label="Listeners"
              data={listeners.map((listener) => ({ value: listener.name, label: `${listener.name} (${listener.address}${listener.tls ? ', TLS' : ''})` }))}
              value={value.listeners}
              onChange={(names) => set({ listeners: names })}
            />
            <MultiSelect label="Certificates" description="The one whose names cover the requested host is used" data={certificates.map((certificate) => certificate.name)} value={value.certificates} onChange={(names) => set({ certificates: names })} />
            <Switch label="Redirect HTTP to HTTPS" checked={value.redirect_to_https} onChange={(event) => set({ redirect_to_https: event.currentTarget.checked })} />
            <Switch
              label="Tell browsers to use HTTPS alone (HSTS)"
              checked={value.hsts.max_age_s > 0}
              onChange={(event) => set({ hsts: { ...value.hsts, max_age_s: event.currentTarget.checked ? kYear : 0, preload: false } })}
            />
            {value.hsts.max_age_s > 0 && (
              <div className="form-pair">
                <NumberInput label="For" suffix=" s" min={1} allowDecimal={false} value={value.hsts.max_age_s} onChange={(next) => set({ hsts: { ...value.hsts, max_age_s: Number(next) || kYear } })} />
                <Switch label="Subdomains too" checked={value.hsts.include_subdomains} onChange={(event) => set({ hsts: { ...value.hsts, include_subdomains: event.currentTarget.checked } })} />
                <Switch label="Preload" checked={value.hsts.preload} onChange={(event) => set({ hsts: { ...value.hsts, preload: event.currentTarget.checked } })} />
              </div>
            )}
            <ClientCertificateFields value={value.client_certificates} onChange={(client_certificates) => set({ client_certificates })} />
          </div>
        </Panel>
        <Panel title="Certificates in use" actions={<Link className="link small" to="/certificates">All certificates</Link>}>
          {chosen.length === 0 ? (
            <p className="dim" style={{ margin: 0 }}>None. Choose one on the left, or add one under Certificates.</p>
          ) : (
            <div className="stack">
              {chosen.map((certificate) => (
                <Facts
                  key={certificate.name}
                  items={[
                    ['Name', certificate.name],
                    ['Covers', <span key="h" className="mono">{(certificate.hosts ?? []).join(', ')}</span>],
                    ['Issuer', certificate.self_signed ? 'self-signed' : certificate.issuer],
                    ['Expires in', <DaysLeft key="d" days={certificate.days_left} meter />],
                  ]}
                />
              ))}
            </div>
          )}
        </Panel>
      </div>
      {listeners
        .filter((listener) => site.listeners.includes(listener.name))
        .map((listener) => (
          <ListenerPanel key={listener.name} listener={listener} version={listening?.version ?? 0} />
        ))}
    </>
  );
}
