import { Tooltip } from '@mantine/core';
import './data.css';

interface Dot {
  address: string;
  state?: string;
  detail?: string;
}

const kWords: Record<string, string> = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  ejected: 'taken out after failures',
  unknown: 'not asked yet',
};

export function stateWords(state: string | undefined): string {
  return kWords[state ?? 'unknown'] ?? state ?? '';
}

/** One dot for each endpoint; the tooltip says which it is and how it stands. */
export function EndpointDots({ endpoints }: { endpoints: Dot[] }) {
  if (endpoints.length === 0) return <span className="faint">none</span>;
  return (
    <span className="row" style={{ gap: 4, display: 'inline-flex' }}>
      {endpoints.map((endpoint) => {
        const text = `${endpoint.address}: ${stateWords(endpoint.state)}${endpoint.detail ? `, ${endpoint.detail}` : ''}`;
        return (
          <Tooltip key={endpoint.address} label={text}>
            <span className={`dot dot-${endpoint.state ?? 'unknown'}`} role="img" aria-label={text} />
          </Tooltip>
        );
      })}
    </span>
  );
}
