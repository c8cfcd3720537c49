import { Select, TagsInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { call } from '@/api/client';
import { kListenersKey, putListener } from '@/api/listeners';
import type { Items, Listener } from '@/api/types';
import { SaveBar } from '@/components/form/SaveBar';
import { useDraft } from '@/components/form/useDraft';
import { Panel } from '@/components/layout/Panel';

function pick(listener: Listener): Listener {
  const { used_by, ...kept } = listener;
  return kept;
}

/** What holds for every site of a listener. */
export function ListenerPanel({ listener, version }: { listener: Listener; version: number }) {
  const client = useQueryClient();
  const draft = useDraft<Listener>({
    current: pick(listener),
    version,
    send: (value, at) => putListener(value, at),
    reread: async () => {
      const fresh = await call<Items<Listener>>('GET', '/listeners');
      client.setQueryData(kListenersKey, fresh);
      const found = fresh.items.find((item) => item.name === listener.name);
      return { current: pick(found ?? listener), version: fresh.version };
    },
  });
  const { value, set } = draft;
  return (
    <Panel title={`Listener ${listener.name}`} note={listener.address} foot={<div className="grow"><SaveBar draft={draft} /></div>}>
      <div className="form">
        {listener.tls && (
          <div className="form-pair">
            <Select
              label="TLS versions"
              data={[{ value: 'intermediate', label: '1.2 and 1.3' }, { value: 'modern', label: '1.3 alone' }]}
              value={value.tls_profile ?? 'intermediate'}
              onChange={(profile) => set({ tls_profile: profile === 'modern' ? 'modern' : 'intermediate' })}
              allowDeselect={false}
            />
            <Select
              label="A host that no certificate has"
              data={[{ value: 'default', label: 'Gets the first certificate' }, { value: 'refuse', label: 'Is refused' }]}
              value={value.unknown_server_name ?? 'default'}
              onChange={(next) => set({ unknown_server_name: next === 'refuse' ? 'refuse' : 'default' })}
              allowDeselect={false}
            />
          </div>
        )}
        <TagsInput
          label="PROXY protocol from"
          description="Networks of proxies in front that must begin each connection with its head"
          value={value.proxy_protocol_from ?? []}
          onChange={(proxy_protocol_from) => set({ proxy_protocol_from })}
          splitChars={[',', ' ']}
        />
      </div>
    </Panel>
  );
}
