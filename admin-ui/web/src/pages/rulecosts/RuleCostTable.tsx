import { Button, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { RuleCost } from '@/api/ruleCosts';
import { formatNumber } from '@/components/data/format';
import { ListTable, type Column } from '@/components/data/ListTable';
import { Count } from '@/components/data/Values';
import { formatCost, formatShare, sortCosts, sortedBy, type Sorting, type SortKey } from './sorting';

const kPage = 100;

interface RuleCostTableProps {
  site: string;
  items: RuleCost[];
}

function divided(rule: RuleCost): string {
  return `Of ${rule.file}:${rule.line}: evaluations ${formatCost(rule.evaluation_us)}, share of scans ${formatCost(rule.scan_us)} a request`;
}

function Share({ share, most }: { share: number; most: number }) {
  return (
    <span className="row" style={{ display: 'inline-flex' }}>
      <span className="meter wide-only" aria-hidden>
        <i style={{ width: `${(share / Math.max(most, 0.0001)) * 100}%` }} />
      </span>
      <span className="nowrap" style={{ minWidth: 52, textAlign: 'right' }}>{formatShare(share)}</span>
    </span>
  );
}

function columns(most: number, header: (key: SortKey, label: string) => React.ReactNode): Column<RuleCost>[] {
  return [
    { key: 'id', header: header('id', 'Rule'), width: 92, phone: 'a', render: (rule) => <span className="mono">{rule.id || '–'}</span> },
    { key: 'message', header: header('message', 'Message'), phone: 'b', render: (rule) => <span className="clip">{rule.message || <span className="faint">without a message</span>}</span> },
    { key: 'us_per_request', header: header('us_per_request', 'A request'), width: 116, end: true, phone: 'a-end', render: (rule) => <span className="nowrap" title={divided(rule)}>{formatCost(rule.us_per_request)}</span> },
    { key: 'share', header: header('share', 'Share'), width: 168, end: true, phone: 'b-end', render: (rule) => <Share share={rule.share} most={most} /> },
    { key: 'evaluations', header: header('evaluations', 'Evaluated'), width: 110, end: true, render: (rule) => <Count value={rule.evaluations} /> },
    { key: 'hits', header: header('hits', 'Hits'), width: 90, end: true, render: (rule) => <Count value={rule.hits} /> },
  ];
}

/** Sortable by each column; a row opens the events of its rule. */
export function RuleCostTable({ site, items }: RuleCostTableProps) {
  const [sorting, setSorting] = useState<Sorting>({ key: 'us_per_request', ascending: false });
  const [shown, setShown] = useState(kPage);
  const navigate = useNavigate();
  const most = Math.max(...items.map((rule) => rule.share), 0);
  const header = (key: SortKey, label: string) => (
    <UnstyledButton
      className="sort-head"
      aria-label={`Sort by ${label}`}
      aria-pressed={sorting.key === key}
      onClick={() => setSorting(sortedBy(sorting, key))}
    >
      {label}
      <span aria-hidden>{sorting.key !== key ? '' : sorting.ascending ? ' ↑' : ' ↓'}</span>
    </UnstyledButton>
  );
  const rows = sortCosts(items, sorting);
  return (
    <>
      <ListTable
        label="What rules cost"
        columns={columns(most, header)}
        rows={rows.slice(0, shown)}
        rowKey={(rule) => `${rule.file}:${rule.line}:${rule.id}`}
        onOpen={(rule) => navigate(`/events?${new URLSearchParams({ site, rule: String(rule.id) }).toString()}`)}
        fixed
      />
      {rows.length > shown && (
        <div style={{ padding: 12, textAlign: 'center' }}>
          <Button size="xs" variant="default" onClick={() => setShown(shown + kPage)}>
            Show more, {formatNumber(rows.length - shown)} left
          </Button>
        </div>
      )}
    </>
  );
}
