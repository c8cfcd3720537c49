import { Link } from 'react-router-dom';
import type { Overview } from '@/api/overview';
import { formatCompact, formatNumber } from '@/components/data/format';
import { useTimeRange } from '@/components/range/useTimeRange';

function share(part: number, whole: number): string {
  if (whole === 0) return '';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 0.01) return '< 0.01 %';
  return `${percent.toFixed(percent < 10 ? 2 : 1)} %`;
}

export function Figures({ totals }: { totals: Overview['totals'] }) {
  const { href } = useTimeRange();
  const requests = totals.requests ?? 0;
  const figures = [
    { label: 'Requests', value: requests, to: href('/sites') },
    { label: 'Blocked', value: totals.blocked ?? 0, to: href('/events', { decision: 'blocked' }), tone: 'red' },
    { label: 'Detected', value: totals.detected ?? 0, to: href('/events', { decision: 'detected' }), tone: 'amber' },
    { label: 'Client errors', value: totals.client_errors ?? 0, to: href('/events') },
    { label: 'Server errors', value: totals.server_errors ?? 0, to: href('/events', { reason: 'upstream' }), tone: 'red' },
    { label: 'From cache', value: totals.cache_hits ?? 0, to: href('/sites') },
  ];
  return (
    <div className="panel figures">
      {figures.map((figure, index) => (
        <Link key={figure.label} to={figure.to}>
          <div className="figure-label">{figure.label}</div>
          <div className={figure.tone && figure.value > 0 ? `figure-value text-${figure.tone}` : 'figure-value'}>
            <span title={formatNumber(figure.value)}>{formatCompact(figure.value)}</span>
            {index > 0 && <span className="figure-share" style={{ fontWeight: 400 }}>{share(figure.value, requests)}</span>}
          </div>
        </Link>
      ))}
    </div>
  );
}
