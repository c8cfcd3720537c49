import { ActionIcon, Button, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { Endpoint, Upstream } from '@/api/types';
import type { Draft } from '@/components/form/useDraft';
import { ProbedAddress } from '@/components/sites/ProbedAddress';
import { UpstreamTlsFields } from '@/components/sites/UpstreamTlsFields';
import { Icon } from '@/components/layout/Icon';

export function UpstreamForm({ draft }: { draft: Draft<Upstream> }) {
  const { value, set } = draft;
  const check = value.health_check;
  const setCheck = (change: Partial<typeof check>) => set({ health_check: { ...check, ...change } });
  const setEndpoint = (at: number, change: Partial<Endpoint>) =>
    set({ endpoints: value.endpoints.map((endpoint, index) => (index === at ? { ...endpoint, ...change } : endpoint)) });
  return (
    <div className="form">
      <div>
        {value.endpoints.map((endpoint, index) => (
          <div key={index} className="endpoint-edit">
            <ProbedAddress label={index === 0 ? 'Endpoint' : undefined} value={endpoint.address} protocol={value.protocol} tls={value.tls} onChange={(address) => setEndpoint(index, { address })} />
            <NumberInput label={index === 0 ? 'Weight' : undefined} aria-label="Weight" min={1} max={1000} allowDecimal={false} value={endpoint.weight} onChange={(next) => setEndpoint(index, { weight: Number(next) || 1 })} />
            <div style={{ paddingTop: index === 0 ? 30 : 6 }}>
              <Switch size="sm" label="Backup" checked={endpoint.backup} onChange={(event) => setEndpoint(index, { backup: event.currentTarget.checked })} />
            </div>
            <div style={{ paddingTop: index === 0 ? 26 : 2 }}>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${endpoint.address}`} disabled={value.endpoints.length === 1} onClick={() => set({ endpoints: value.endpoints.filter((_, at) => at !== index) })}>
                <Icon name="trash" />
              </ActionIcon>
            </div>
          </div>
        ))}
        <Button variant="default" size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => set({ endpoints: [...value.endpoints, { address: '', weight: 1, backup: false }] })}>
          Add endpoint
        </Button>
      </div>
      <Select label="Balance" data={[...new Set(['round_robin', value.balance])].map((name) => ({ value: name, label: name === 'round_robin' ? 'Weighted round robin' : name }))} value={value.balance} onChange={(balance) => set({ balance: balance ?? 'round_robin' })} allowDeselect={false} maw={300} />
      <Select
        label="Protocol"
        description="HTTP/2 without TLS is for servers that are known to speak it; gRPC needs HTTP/2"
        data={[
          { value: 'http1', label: 'HTTP/1.1' },
          { value: 'h2', label: 'HTTP/2 over TLS (h2)' },
          { value: 'h2c', label: 'HTTP/2 without TLS (h2c)' },
        ]}
        value={value.protocol ?? 'http1'}
        onChange={(protocol) => set({ protocol: protocol ?? 'http1' })}
        allowDeselect={false}
        maw={300}
      />
      <UpstreamTlsFields value={value.tls} onChange={(tls) => set({ tls })} />
      <Select
        label="Tell the endpoints the client by the PROXY protocol"
        description="Each connection then serves one request"
        data={[{ value: 'off', label: 'No' }, { value: 'v1', label: 'Version 1' }, { value: 'v2', label: 'Version 2' }]}
        value={value.proxy_protocol ?? 'off'}
        onChange={(next) => set({ proxy_protocol: (next ?? 'off') as Upstream['proxy_protocol'] })}
        allowDeselect={false}
        maw={300}
      />
      <NumberInput label="Look names up again every" description="0: only with a change of the configuration" suffix=" s" min={0} max={86400} allowDecimal={false} value={value.resolve_interval_s ?? 30} onChange={(next) => set({ resolve_interval_s: Number(next) || 0 })} maw={300} />
      <Switch label="Ask each endpoint regularly whether it is healthy" checked={check.enabled} onChange={(event) => setCheck({ enabled: event.currentTarget.checked })} />
      {check.enabled && (
        <div className="form-pair">
          <TextInput label="Path" value={check.path} onChange={(event) => setCheck({ path: event.currentTarget.value })} />
          <NumberInput label="Every" suffix=" ms" min={200} step={1000} allowDecimal={false} value={check.interval_ms} onChange={(next) => setCheck({ interval_ms: Number(next) || 5000 })} />
          <NumberInput label="Answer within" suffix=" ms" min={50} step={500} allowDecimal={false} value={check.timeout_ms} onChange={(next) => setCheck({ timeout_ms: Number(next) || 2000 })} />
        </div>
      )}
      <div className="form-pair">
        <NumberInput label="Take out after failures" description="In a row; 0: never" min={0} allowDecimal={false} value={value.eject_after_failures} onChange={(next) => set({ eject_after_failures: Number(next) || 0 })} />
        <NumberInput label="Take out for" description="Then it is tried again" suffix=" ms" min={100} step={1000} allowDecimal={false} value={value.eject_for_ms} onChange={(next) => set({ eject_for_ms: Number(next) || 10000 })} />
      </div>
      <div className="form-pair">
        <NumberInput label="Connect within" suffix=" ms" min={50} step={500} allowDecimal={false} value={value.connect_timeout_ms} onChange={(next) => set({ connect_timeout_ms: Number(next) || 5000 })} />
        <NumberInput label="First byte within" suffix=" ms" min={100} step={1000} allowDecimal={false} value={value.first_byte_timeout_ms} onChange={(next) => set({ first_byte_timeout_ms: Number(next) || 60000 })} />
        <NumberInput label="Pause of at most" suffix=" ms" min={100} step={1000} allowDecimal={false} value={value.between_bytes_timeout_ms} onChange={(next) => set({ between_bytes_timeout_ms: Number(next) || 60000 })} />
      </div>
    </div>
  );
}
