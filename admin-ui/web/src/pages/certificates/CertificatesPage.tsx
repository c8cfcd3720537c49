import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useCertificates } from '@/api/certificates';
import { useMayChange } from '@/api/session';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState } from '@/components/feedback/States';
import { Icon } from '@/components/layout/Icon';
import { Page } from '@/components/layout/Page';
import { CertificateForm } from './CertificateForm';
import { CertificatesTable } from './CertificatesTable';

export function CertificatesPage() {
  const certificates = useCertificates();
  const may_change = useMayChange();
  const [opened, { open, close }] = useDisclosure(false);
  const add = may_change && (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={open}>
      Add certificate
    </Button>
  );
  return (
    <Page title="Certificates" actions={certificates.data?.items.length ? add : undefined}>
      <section className="panel">
        <QueryView query={certificates}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="No certificate yet" actions={add}>
                A certificate lets a site answer over HTTPS. Upload one with its private key, or have a self-signed one
                made to begin with. Private keys are stored encrypted and never shown again.
              </EmptyState>
            ) : (
              <CertificatesTable certificates={items} />
            )
          }
        </QueryView>
      </section>
      <CertificateForm opened={opened} onClose={close} />
    </Page>
  );
}
