import { Select, Textarea } from '@mantine/core';
import type { ClientCertificates } from '@/api/types';

const kModes = [
  { value: 'off', label: 'Not asked for' },
  { value: 'optional', label: 'Asked for, and checked when shown' },
  { value: 'require', label: 'Required' },
];

interface ClientCertificateFieldsProps {
  value: ClientCertificates;
  onChange: (value: ClientCertificates) => void;
}

/** Mutual TLS of a site. */
export function ClientCertificateFields({ value, onChange }: ClientCertificateFieldsProps) {
  return (
    <>
      <Select
        label="Client certificates"
        description="The upstream is told of a verified one in X-Client-Cert-Subject, -Issuer, -Serial and -Fingerprint."
        data={kModes}
        value={value.mode}
        onChange={(mode) => onChange({ ...value, mode: (mode ?? 'off') as ClientCertificates['mode'] })}
        allowDeselect={false}
      />
      {value.mode !== 'off' && (
        <Textarea label="Issued by" description="The authorities’ certificates, PEM" placeholder="-----BEGIN CERTIFICATE-----" classNames={{ input: 'mono' }} autosize minRows={2} maxRows={8} value={value.ca_pem} onChange={(event) => onChange({ ...value, ca_pem: event.currentTarget.value })} />
      )}
    </>
  );
}
