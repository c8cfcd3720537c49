import { Select, Switch, TextInput, Textarea } from '@mantine/core';
import { useCertificates } from '@/api/certificates';
import { kNoUpstreamTls, type UpstreamTls } from '@/api/types';
import { Note } from '@/components/feedback/States';

interface UpstreamTlsFieldsProps {
  value?: UpstreamTls;
  onChange: (tls: UpstreamTls) => void;
}

/** HTTPS from the gateway to the endpoints: whose certificate is expected, which one is shown. */
export function UpstreamTlsFields({ value = kNoUpstreamTls, onChange }: UpstreamTlsFieldsProps) {
  const certificates = useCertificates().data?.items ?? [];
  const set = (change: Partial<UpstreamTls>) => onChange({ ...value, ...change });
  return (
    <>
      <Switch label="Speak TLS to the endpoints" checked={value.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} />
      {value.enabled && (
        <>
          <Switch
            label="Check their certificates"
            description="Authority, name and validity. A failed check is a 502 with an event that says which one."
            checked={value.verify}
            onChange={(event) => set({ verify: event.currentTarget.checked })}
          />
          {!value.verify && (
            <Note>
              <p>Anybody on the way can pose as the upstream and read what passes. Give its authority below instead.</p>
            </Note>
          )}
          <div className="form-pair">
            <TextInput label="Server name" description="Asked for and checked; empty: the endpoint’s host" classNames={{ input: 'mono' }} value={value.server_name} onChange={(event) => set({ server_name: event.currentTarget.value.trim() })} />
            <Select label="Certificate to show" description="For endpoints that ask for one" placeholder="None" clearable data={certificates.map((certificate) => certificate.name)} value={value.client_certificate || null} onChange={(name) => set({ client_certificate: name ?? '' })} />
          </div>
          <Textarea label="Authorities" description="PEM; empty: those of the system" placeholder="-----BEGIN CERTIFICATE-----" classNames={{ input: 'mono' }} autosize minRows={2} maxRows={8} value={value.ca_pem} onChange={(event) => set({ ca_pem: event.currentTarget.value })} />
        </>
      )}
    </>
  );
}
