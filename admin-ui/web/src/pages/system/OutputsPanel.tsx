import { Button } from '@mantine/core';
import { useState } from 'react';
import { asApiError } from '@/api/error';
import { useMayChange } from '@/api/session';
import { testOutput, type OutputStatus } from '@/api/status';
import { Badge } from '@/components/data/Badges';
import { formatNumber } from '@/components/data/format';
import { ListTable } from '@/components/data/ListTable';
import { Panel } from '@/components/layout/Panel';

/** Where events are sent on to, what was dropped, and a test of each. */
export function OutputsPanel({ outputs }: { outputs: OutputStatus[] }) {
  if (outputs.length === 0) return null;
  return (
    <Panel title="Outputs of events" flush>
      <ListTable
        label="Outputs"
        rows={outputs}
        rowKey={(output) => output.name}
        columns={[
          { key: 'name', header: 'Output', phone: 'a', render: (output) => output.name },
          { key: 'state', header: 'State', phone: 'a-end', render: (output) => (output.problem ? <Badge tone="red">Failing</Badge> : <Badge tone="green">Working</Badge>) },
          { key: 'sent', header: 'Sent', render: (output) => formatNumber(output.sent) },
          { key: 'waiting', header: 'Waiting', render: (output) => formatNumber(output.waiting) },
          {
            key: 'dropped',
            header: 'Dropped',
            phone: 'b-end',
            render: (output) => <span className={output.dropped > 0 ? 'text-red' : 'faint'}>{formatNumber(output.dropped)} dropped</span>,
          },
          { key: 'problem', header: '', phone: 'b', render: (output) => <span className="dim">{output.problem}</span> },
          { key: 'test', header: '', render: (output) => <TestButton name={output.name} /> },
        ]}
      />
    </Panel>
  );
}

function TestButton({ name }: { name: string }) {
  const may_change = useMayChange();
  const [state, setState] = useState<{ busy: boolean; ok?: boolean; message?: string }>({ busy: false });
  const test = async () => {
    setState({ busy: true });
    try {
      setState({ busy: false, ...(await testOutput(name)) });
    } catch (cause) {
      setState({ busy: false, ok: false, message: asApiError(cause).message });
    }
  };
  return (
    <span className="row">
      <Button variant="default" size="xs" disabled={!may_change} loading={state.busy} onClick={() => void test()}>
        Send a test event
      </Button>
      {state.message && (
        <span role="status" className={state.ok ? 'small dim' : 'small text-red'}>
          {state.message}
        </span>
      )}
    </span>
  );
}
