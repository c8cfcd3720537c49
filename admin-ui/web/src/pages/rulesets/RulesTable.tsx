import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { RuleItem } from '@/api/types';
import { SeverityBadge } from '@/components/data/Badges';
import { formatNumber } from '@/components/data/format';
import { ListTable, type Column } from '@/components/data/ListTable';
import { CopyIcon } from '@/components/data/Values';
import { Facts } from '@/components/layout/Panel';

const kColumns: Column<RuleItem>[] = [
  { key: 'id', header: 'Id', width: 90, phone: 'a', render: (rule) => <span className="mono">{rule.id || '–'}</span> },
  { key: 'message', header: 'Message', phone: 'b', render: (rule) => <span className="clip">{rule.message || <span className="faint">without a message</span>}</span> },
  { key: 'severity', header: 'Severity', width: 110, phone: 'a-end', render: (rule) => <SeverityBadge severity={rule.severity} /> },
  { key: 'phase', header: 'Phase', width: 70, end: true, render: (rule) => rule.phase },
  { key: 'paranoia', header: 'Paranoia', width: 86, end: true, render: (rule) => rule.paranoia_level || <span className="faint">–</span> },
  { key: 'file', header: 'Where', width: '30%', render: (rule) => <span className="mono dim">{rule.file}:{rule.line}</span> },
];

interface RulesTableProps {
  rules: RuleItem[];
  more: number;
  onMore: () => void;
}

export function RulesTable({ rules, more, onMore }: RulesTableProps) {
  const [open, setOpen] = useState<RuleItem | null>(null);
  return (
    <>
      <ListTable label="Rules" columns={kColumns} rows={rules} rowKey={(rule) => `${rule.file}:${rule.line}:${rule.id}`} onOpen={setOpen} fixed />
      {more > 0 && (
        <div style={{ padding: 12, textAlign: 'center' }}>
          <Button size="xs" variant="default" onClick={onMore}>
            Show more, {formatNumber(more)} left
          </Button>
        </div>
      )}
      <Modal opened={open !== null} onClose={() => setOpen(null)} size="xl" title={open && <b>Rule {open.id}</b>}>
        {open && <RuleDetail rule={open} />}
      </Modal>
    </>
  );
}

function RuleDetail({ rule }: { rule: RuleItem }) {
  return (
    <div className="stack">
      <Facts
        items={[
          ['Message', rule.message || 'none'],
          ['Severity', <SeverityBadge key="s" severity={rule.severity} />],
          ['Phase', rule.phase],
          ['Written in', <span key="f" className="mono">{rule.file}:{rule.line}</span>],
          ['Tags', (rule.tags ?? []).join(', ') || 'none'],
          ['Events', <Link key="e" className="link" to={`/events?rule=${rule.id}`}>Events of this rule</Link>],
        ]}
      />
      <div>
        <div className="row" style={{ justifyContent: 'space-between' }}>
          <span className="small dim">As written</span>
          <CopyIcon text={rule.text} label="Copy the rule" />
        </div>
        <pre className="code" style={{ maxHeight: 420, overflow: 'auto' }}>{rule.text}</pre>
      </div>
    </div>
  );
}
