import { Button, Checkbox, Loader, Switch, TagsInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useCertificates } from '@/api/certificates';
import { useListeners } from '@/api/listeners';
import type { Certificate, Listener, Upstream } from '@/api/types';
import { useUpstreams } from '@/api/upstreams';
import { ErrorNote, ErrorState } from '@/components/feedback/States';
import { ModeChoice } from '@/components/form/ModeChoice';
import '@/components/form/form.css';
import { CertificateChoiceField } from './CertificateChoiceField';
import { createWholeSite, type NewSiteDraft } from './createSite';
import { NewListenerField } from './NewListenerField';
import { ProbedAddress } from './ProbedAddress';

interface SiteCreateFormProps {
  submit: string;
  onCreated: (draft: NewSiteDraft) => void;
}

/** Asks for what exists already first: a listener that is there is offered, not asked for again. */
export function SiteCreateForm(props: SiteCreateFormProps) {
  const listeners = useListeners();
  const upstreams = useUpstreams();
  const certificates = useCertificates();
  const failed = [listeners, upstreams, certificates].find((query) => query.isError);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!listeners.data || !upstreams.data || !certificates.data) return <Loader size="sm" />;
  return (
    <Fields
      {...props}
      listeners={listeners.data.items}
      upstreams={upstreams.data.items}
      certificates={certificates.data.items}
    />
  );
}

interface FieldsProps extends SiteCreateFormProps {
  listeners: Listener[];
  upstreams: Upstream[];
  certificates: Certificate[];
}

function startingDraft(listeners: Listener[]): NewSiteDraft {
  return {
    name: '',
    hosts: [],
    address: '',
    listeners: listeners.map((listener) => listener.name),
    new_listeners:
      listeners.length > 0
        ? []
        : [
            { name: 'http', address: '0.0.0.0:80', tls: false },
            { name: 'https', address: '0.0.0.0:443', tls: true },
          ],
    certificate: 'self_signed',
    certificate_name: '',
    pem: '',
    mode: 'DetectionOnly',
    redirect_to_https: false,
  };
}

/** "www.shop.example" → "shop" */
function nameFrom(host: string): string {
  const label = host.replace(/^(\*\.|www\.)+/, '').split('.')[0] ?? '';
  return label.toLowerCase().replace(/[^a-z0-9_-]/g, '') || 'site';
}

function Fields({ submit, onCreated, listeners, upstreams, certificates }: FieldsProps) {
  const [draft, setDraft] = useState(() => startingDraft(listeners));
  const [named, setNamed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const set = (change: Partial<NewSiteDraft>) => setDraft((old) => ({ ...old, ...change }));
  const with_tls =
    draft.new_listeners.some((listener) => listener.tls) ||
    listeners.some((listener) => listener.tls && draft.listeners.includes(listener.name));
  const complete = draft.name !== '' && draft.hosts.length > 0 && draft.address !== '';

  const create = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const whole: NewSiteDraft = with_tls ? draft : { ...draft, certificate: 'none' };
      await createWholeSite(whole, { upstreams, certificates: certificates.map((item) => item.name) });
      await client.invalidateQueries();
      onCreated(whole);
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="form" onSubmit={(event) => void create(event)}>
      <TagsInput
        label="Hosts"
        description="The names in the address bar, such as shop.example or *.shop.example; * takes any that no other site has. Press Enter after each."
        placeholder={draft.hosts.length === 0 ? 'shop.example' : undefined}
        value={draft.hosts}
        onChange={(hosts) => set({ hosts, name: named || hosts.length === 0 ? draft.name : nameFrom(hosts[0] ?? '') })}
        splitChars={[',', ' ']}
        acceptValueOnBlur
      />
      <TextInput
        label="Name"
        description="How the site is called here and in events"
        value={draft.name}
        onChange={(event) => {
          setNamed(true);
          set({ name: event.currentTarget.value });
        }}
        maw={300}
      />
      <ProbedAddress
        label="Upstream"
        description="The server behind, as host and port. It is tried while you type; more endpoints can be added later."
        value={draft.address}
        onChange={(address) => set({ address })}
      />
      <div>
        {listeners.length > 0 && (
          <Checkbox.Group label="Listeners" description="Where the gateway takes requests for this site" value={draft.listeners} onChange={(names) => set({ listeners: names })}>
            <div className="row" style={{ flexWrap: 'wrap', gap: 16, margin: '8px 0' }}>
              {listeners.map((listener) => (
                <Checkbox key={listener.name} value={listener.name} label={`${listener.name}, ${listener.address}${listener.tls ? ', TLS' : ''}`} />
              ))}
            </div>
          </Checkbox.Group>
        )}
        <NewListenerField
          taken={listeners.map((listener) => listener.name)}
          value={draft.new_listeners}
          onChange={(new_listeners) => set({ new_listeners })}
        />
      </div>
      {with_tls && (
        <>
          <CertificateChoiceField draft={draft} onChange={set} certificates={certificates.map((item) => item.name)} />
          <Switch label="Redirect HTTP to HTTPS" checked={draft.redirect_to_https} onChange={(event) => set({ redirect_to_https: event.currentTarget.checked })} />
        </>
      )}
      <div>
        <div style={{ fontSize: 13, fontWeight: 500, marginBottom: 6 }}>Mode</div>
        <ModeChoice value={draft.mode} onChange={(mode) => set({ mode })} />
      </div>
      <ErrorNote error={error} />
      <div className="row">
        <Button type="submit" loading={busy} disabled={!complete}>
          {submit}
        </Button>
        {!complete && <span className="small dim">Hosts and upstream are needed.</span>}
      </div>
    </form>
  );
}
