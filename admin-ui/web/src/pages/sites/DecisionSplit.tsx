import { Tooltip } from '@mantine/core';
import type { SiteStatus } from '@/api/types';
import { formatNumber } from '@/components/data/format';

/** Blocked, detected and passed as shares of one bar; a share that is there is never too thin to see. */
export function DecisionSplit({ status }: { status?: SiteStatus }) {
  const requests = status?.requests_24h ?? 0;
  if (!status || requests === 0) return <span className="split" aria-hidden />;
  const width = (value: number) => (value === 0 ? 0 : Math.max(2, (value / requests) * 60));
  const text = `${formatNumber(status.blocked_24h)} blocked and ${formatNumber(status.detected_24h)} detected of ${formatNumber(requests)}`;
  return (
    <Tooltip label={text}>
      <span className="split" role="img" aria-label={text} style={{ background: 'var(--chart)' }}>
        <i style={{ width: width(status.blocked_24h), background: 'var(--red-fill)' }} />
        <i style={{ width: width(status.detected_24h), background: 'var(--amber-fill)' }} />
      </span>
    </Tooltip>
  );
}
