import { useStatus, type Status } from '@/api/status';
import { Badge } from '@/components/data/Badges';
import { stateWords } from '@/components/data/EndpointDots';
import { formatDuration, formatNumber } from '@/components/data/format';
import { ListTable } from '@/components/data/ListTable';
import { QueryView } from '@/components/feedback/QueryView';
import { Note } from '@/components/feedback/States';
import { Facts, Panel } from '@/components/layout/Panel';
import { OutputsPanel } from './OutputsPanel';

export function StatusTab() {
  const status = useStatus();
  return <QueryView query={status}>{(data) => <StatusBody status={data} />}</QueryView>;
}

function StatusBody({ status }: { status: Status }) {
  const listeners = status.listeners.map((item) => (typeof item === 'string' ? item : `${item.name} ${item.address}`));
  return (
    <>
      {status.on_last_good && (
        <Note tone="red">
          <p>The database cannot be read. The gateway serves the last good configuration; changes are not possible until it can.</p>
        </Note>
      )}
      {status.alarms.map((alarm) => (
        <Note key={alarm} tone="amber">
          <p>{alarm}</p>
        </Note>
      ))}
      <Panel title="Gateway" actions={status.ready ? <Badge tone="green">Ready</Badge> : <Badge tone="red">Not ready</Badge>}>
        <Facts
          items={[
            ['Version', status.version],
            ['Running for', formatDuration(status.uptime_s)],
            ['Configuration', `version ${status.config_version}`],
            ['Listeners', <span key="l" className="mono">{listeners.join(', ') || 'none'}</span>],
            ['Open connections', formatNumber(status.connections)],
            ['Connections refused', formatNumber(status.connections_refused ?? 0)],
            ['Waits for descriptors', formatNumber(status.accept_pauses ?? 0)],
            ['Requests since start', formatNumber(status.requests)],
            ['Events written', formatNumber(status.events_written)],
            ['Events lost', <span key="e" className={status.events_lost > 0 ? 'text-red' : undefined}>{formatNumber(status.events_lost)}</span>],
          ]}
        />
      </Panel>
      <OutputsPanel outputs={status.outputs ?? []} />
      <Panel title="Endpoints" flush>
        <ListTable
          label="Endpoints"
          rows={status.endpoints}
          rowKey={(endpoint) => `${endpoint.upstream} ${endpoint.address}`}
          columns={[
            { key: 'upstream', header: 'Upstream', phone: 'b', render: (endpoint) => endpoint.upstream },
            { key: 'address', header: 'Address', phone: 'a', render: (endpoint) => <span className="mono">{endpoint.address}</span> },
            {
              key: 'state',
              header: 'State',
              phone: 'a-end',
              render: (endpoint) => (
                <span className="row">
                  <span className={`dot dot-${endpoint.state}`} />
                  {stateWords(endpoint.state)}
                </span>
              ),
            },
            { key: 'detail', header: '', phone: 'b', render: (endpoint) => <span className="dim">{endpoint.detail}</span> },
          ]}
        />
      </Panel>
    </>
  );
}
