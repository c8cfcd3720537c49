import { Button, Modal, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { createCertificate } from '@/api/certificates';
import { ErrorNote } from '@/components/feedback/States';
import { toastDone } from '@/components/feedback/toast';
import { PemField } from '@/components/sites/PemField';

export function CertificateForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={<b>Add certificate</b>} size="lg">
      {opened && <Fields onDone={onClose} />}
    </Modal>
  );
}

function Fields({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState('upload');
  const [name, setName] = useState('');
  const [pem, setPem] = useState('');
  const [hosts, setHosts] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const upload = kind === 'upload';

  const add = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await createCertificate(upload ? { name, pem } : { name, self_signed_hosts: hosts });
      toastDone(`Certificate ${name} is added.`);
      await client.invalidateQueries();
      onDone();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void add(event)}>
      <SegmentedControl
        value={kind}
        onChange={setKind}
        data={[
          { value: 'upload', label: 'Upload' },
          { value: 'self_signed', label: 'Self-signed' },
        ]}
      />
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      {upload ? (
        <PemField value={pem} onChange={setPem} />
      ) : (
        <TagsInput label="Hosts" description="Names that the certificate is to cover. Press Enter after each." value={hosts} onChange={setHosts} splitChars={[',', ' ']} acceptValueOnBlur />
      )}
      <ErrorNote error={error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" loading={busy} disabled={!name || (upload ? !pem : hosts.length === 0)}>
          {upload ? 'Upload certificate' : 'Make certificate'}
        </Button>
      </div>
    </form>
  );
}
