import { Radio, Select } from '@mantine/core';
import type { CertificateChoice, NewSiteDraft } from './createSite';
import { PemField } from './PemField';

interface CertificateChoiceFieldProps {
  draft: NewSiteDraft;
  certificates: string[];
  onChange: (change: Partial<NewSiteDraft>) => void;
}

export function CertificateChoiceField({ draft, certificates, onChange }: CertificateChoiceFieldProps) {
  return (
    <div className="stack" style={{ gap: 10 }}>
      <Radio.Group
        label="Certificate"
        value={draft.certificate}
        onChange={(choice) => onChange({ certificate: choice as CertificateChoice })}
      >
        <div className="stack" style={{ gap: 8, marginTop: 8 }}>
          <Radio value="self_signed" label="Self-signed for now" description="Made for the hosts above. Browsers warn until a real one is there." />
          <Radio value="upload" label="Upload" description="Certificate, chain and private key as PEM, in any order" />
          {certificates.length > 0 && <Radio value="existing" label="One that is here already" />}
          <Radio value="none" label="None" description="Requests by HTTPS will fail" />
        </div>
      </Radio.Group>
      {draft.certificate === 'upload' && <PemField value={draft.pem} onChange={(pem) => onChange({ pem })} />}
      {draft.certificate === 'existing' && (
        <Select aria-label="Which certificate" placeholder="Choose" data={certificates} value={draft.certificate_name || null} onChange={(name) => onChange({ certificate_name: name ?? '' })} maw={300} />
      )}
    </div>
  );
}
