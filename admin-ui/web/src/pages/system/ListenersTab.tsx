import { Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asApiError } from '@/api/error';
import { putListener, useListeners } from '@/api/listeners';
import { useMayChange } from '@/api/session';
import type { Listener } from '@/api/types';
import { QueryView } from '@/components/feedback/QueryView';
import { Note } from '@/components/feedback/States';
import { toastDone } from '@/components/feedback/toast';
import { Panel } from '@/components/layout/Panel';

/** The versions of HTTP that each listener speaks. */
export function ListenersTab() {
  const listeners = useListeners();
  return (
    <QueryView query={listeners}>
      {({ items, version }) => (
        <Panel title="Listeners">
          <div className="form">
            {items.map((listener) => (
              <ListenerFields key={listener.name} listener={listener} version={version} />
            ))}
          </div>
        </Panel>
      )}
    </QueryView>
  );
}

function ListenerFields({ listener, version }: { listener: Listener; version: number }) {
  const client = useQueryClient();
  const may = useMayChange();
  const [problem, setProblem] = useState('');
  const save = async (change: Partial<Listener>) => {
    setProblem('');
    try {
      const { name, address, tls, http2, http2_prior_knowledge } = { ...listener, ...change };
      await putListener({ name, address, tls, http2, http2_prior_knowledge }, version);
      toastDone(`Listener ${name} is changed.`);
      await client.invalidateQueries();
    } catch (cause) {
      setProblem(asApiError(cause).message);
    }
  };
  return (
    <div>
      <p style={{ margin: '0 0 6px' }}>
        <strong>{listener.name}</strong> <span className="mono">{listener.address}</span>
        {listener.tls ? ', HTTPS' : ''}
      </p>
      {listener.tls ? (
        <Switch
          label="HTTP/2"
          description="Offered in the TLS handshake"
          disabled={!may}
          checked={listener.http2 ?? true}
          onChange={(event) => void save({ http2: event.currentTarget.checked })}
        />
      ) : (
        <Switch
          label="HTTP/2 by prior knowledge"
          description="Clients may start with it at once, as a proxy in front does, or gRPC"
          disabled={!may}
          checked={listener.http2_prior_knowledge ?? false}
          onChange={(event) => void save({ http2_prior_knowledge: event.currentTarget.checked })}
        />
      )}
      {problem && <Note>{problem}</Note>}
    </div>
  );
}
