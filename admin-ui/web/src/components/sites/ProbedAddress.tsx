import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { UpstreamTls } from '@/api/types';
import { probeUpstream } from '@/api/upstreams';
import '@/components/form/form.css';

interface ProbedAddressProps {
  label?: string;
  description?: string;
  value: string;
  protocol?: string;
  tls?: UpstreamTls;
  onChange: (value: string) => void;
}

const kAddress = /^((\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}|unix:\/.+)$/;

/** An address of an upstream, tried while it is typed: does it resolve, connect, answer, and how fast. */
export function ProbedAddress({ label, description, value, protocol, tls, onChange }: ProbedAddressProps) {
  const [settled] = useDebouncedValue(value.trim(), 400);
  const [settledTls] = useDebouncedValue(tls?.enabled ? tls : undefined, 400);
  const [settledProtocol] = useDebouncedValue(protocol, 400);
  const complete = kAddress.test(settled);
  const probe = useQuery({
    queryKey: ['probe', settled, settledProtocol, settledTls],
    queryFn: ({ signal }) => probeUpstream(settled, { protocol: settledProtocol, tls: settledTls }, signal),
    enabled: complete,
    staleTime: 10_000,
    retry: false,
  });
  return (
    <div>
      <TextInput
        label={label}
        aria-label={label ?? 'Endpoint'}
        description={description}
        placeholder="127.0.0.1:9000"
        classNames={{ input: 'mono' }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
      <div className="probe" role="status">
        {value && !complete && settled === value.trim() && <span className="dim">Host and port, such as 127.0.0.1:9000</span>}
        {complete && probe.isFetching && <span className="dim">Trying…</span>}
        {complete && !probe.isFetching && probe.data && (
          <>
            <span className={`dot ${probe.data.ok ? 'dot-healthy' : 'dot-unhealthy'}`} />
            <span className={probe.data.ok ? 'dim' : 'text-red'}>{probe.data.message}</span>
          </>
        )}
        {complete && probe.isError && <span className="dim">It could not be tried: {probe.error.message}</span>}
      </div>
    </div>
  );
}
