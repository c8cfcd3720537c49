import { useQueryClient } from '@tanstack/react-query';
import { Fragment } from 'react';
import { Link } from 'react-router-dom';
import { deleteCertificate } from '@/api/certificates';
import { useMayChange } from '@/api/session';
import type { Certificate } from '@/api/types';
import { Badge } from '@/components/data/Badges';
import { formatTime } from '@/components/data/format';
import { ListTable, type Column } from '@/components/data/ListTable';
import { DaysLeft } from '@/components/data/Values';
import { ConfirmButton } from '@/components/feedback/ConfirmButton';
import { toastDone } from '@/components/feedback/toast';

/** "C=US, O=Let's Encrypt, CN=E7" → "Let's Encrypt, E7" */
export function issuerWords(issuer = ''): string {
  const part = (name: string) => new RegExp(`(?:^|[,/])\\s*${name}\\s*=\\s*([^,/]+)`).exec(issuer)?.[1]?.trim();
  const named = [part('O'), part('CN')].filter(Boolean);
  return named.length > 0 ? [...new Set(named)].join(', ') : issuer;
}

const kColumns: Column<Certificate>[] = [
  { key: 'name', header: 'Name', phone: 'a', render: (item) => <b style={{ fontWeight: 600 }}>{item.name}</b> },
  {
    key: 'hosts',
    header: 'Hosts covered',
    phone: 'b',
    render: (item) => (
      <span className="mono dim clip" title={item.hosts?.join(', ')}>
        {item.hosts?.join(', ')}
      </span>
    ),
  },
  {
    key: 'issuer',
    header: 'Issuer',
    render: (item) => (item.self_signed ? <Badge>Self-signed</Badge> : <span className="dim" title={item.issuer}>{issuerWords(item.issuer)}</span>),
  },
  { key: 'key', header: 'Key', render: (item) => <span className="dim nowrap">{item.key_type}</span> },
  {
    key: 'days',
    header: 'Expires in',
    phone: 'a-end',
    render: (item) => (
      <span title={item.not_after && formatTime(item.not_after)}>
        <DaysLeft days={item.days_left} meter />
      </span>
    ),
  },
  {
    key: 'used',
    header: 'Used by',
    phone: 'b-end',
    render: (item) =>
      (item.used_by ?? []).length === 0 ? (
        <span className="faint">no site</span>
      ) : (
        (item.used_by ?? []).map((site, index) => (
          <Fragment key={site}>
            {index > 0 && ', '}
            <Link className="link" to={`/sites/${encodeURIComponent(site)}/tls`}>
              {site}
            </Link>
          </Fragment>
        ))
      ),
  },
];

export function CertificatesTable({ certificates }: { certificates: Certificate[] }) {
  const may_change = useMayChange();
  const act: Column<Certificate> = { key: 'act', header: '', end: true, render: (item) => <RemoveCertificate certificate={item} /> };
  return (
    <ListTable label="Certificates" columns={may_change ? [...kColumns, act] : kColumns} rows={certificates} rowKey={(item) => item.name} />
  );
}

function RemoveCertificate({ certificate }: { certificate: Certificate }) {
  const client = useQueryClient();
  const remove = async () => {
    await deleteCertificate(certificate.name);
    toastDone(`Certificate ${certificate.name} is removed.`);
    await client.invalidateQueries();
  };
  return (
    <ConfirmButton
      size="compact-xs"
      variant="subtle"
      color="gray"
      label="Remove"
      title={`Remove ${certificate.name}`}
      text="The certificate and its private key are removed. An earlier version of the configuration still holds them."
      confirm="Remove certificate"
      danger
      onConfirm={remove}
    />
  );
}
