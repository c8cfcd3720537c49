import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { EventField, EventRow } from '@/api/events';
import { DecisionBadge } from '@/components/data/Badges';
import { shortenMiddle } from '@/components/data/format';
import { ListTable, type Column } from '@/components/data/ListTable';
import { RelativeTime } from '@/components/data/Values';
import { printable } from '@/components/events/matched';
import { pathOf, reasonWords } from '@/components/events/words';
import { withField } from './filter';

interface EventTableProps {
  rows: EventRow[];
  selected?: string;
  narrow: boolean;
  onOpen: (row: EventRow) => void;
}

const time: Column<EventRow> = {
  key: 'time',
  header: 'Time',
  width: 104,
  phone: 'b-end',
  render: (row) => (
    <span className="dim">
      <RelativeTime time={row.time} />
    </span>
  ),
};

const decision: Column<EventRow> = {
  key: 'decision',
  header: 'Decision',
  width: 92,
  phone: 'a-end',
  render: (row) => (
    <Cell field="decision" value={row.decision}>
      <DecisionBadge decision={row.decision} />
    </Cell>
  ),
};

const site: Column<EventRow> = {
  key: 'site',
  header: 'Site',
  width: 92,
  render: (row) => (row.site ? <Cell field="site" value={row.site}>{row.site}</Cell> : <span className="faint">none</span>),
};

const request: Column<EventRow> = {
  key: 'request',
  header: 'Request',
  width: '26%',
  phone: 'a',
  render: (row) => (
    <Cell field="path" value={pathOf(row.uri)} title={row.uri}>
      <span className="mono clip">
        <span className="dim">{row.method}</span> {shortenMiddle(printable(row.uri), 90)}
      </span>
    </Cell>
  ),
};

const rule: Column<EventRow> = {
  key: 'rule',
  header: 'Rule',
  width: '26%',
  phone: 'b',
  render: (row) =>
    row.rule_id ? (
      <Cell field="rule" value={String(row.rule_id)} title={row.rule_message}>
        <span className="clip">
          <span className="mono">{row.rule_id}</span> <span className="dim">{row.rule_message}</span>
        </span>
      </Cell>
    ) : (
      <Cell field="reason" value={row.reason}>
        <span className="dim clip">{reasonWords(row.reason)}</span>
      </Cell>
    ),
};

const matched: Column<EventRow> = {
  key: 'matched',
  header: 'Matched text',
  width: '17%',
  render: (row) =>
    row.matched ? (
      <span className="mono matched" title={printable(row.matched)}>
        {shortenMiddle(printable(row.matched), 44)}
      </span>
    ) : (
      <span className="faint">–</span>
    ),
};

const client: Column<EventRow> = {
  key: 'client',
  header: 'Client',
  width: 134,
  render: (row) => (
    <Cell field="client" value={row.client}>
      <span className="mono">{row.client}</span>
    </Cell>
  ),
};

const kWide = [time, decision, site, request, rule, matched, client];
const kNarrow = [time, decision, { ...request, width: '48%' }, { ...rule, width: '52%' }];

export function EventTable({ rows, selected, narrow, onOpen }: EventTableProps) {
  return (
    <ListTable
      label="Events"
      columns={narrow ? kNarrow : kWide}
      rows={rows}
      rowKey={(row) => row.id}
      onOpen={onOpen}
      selected={selected}
      fixed
    />
  );
}

/** The mark beside a value keeps only the events that share it (the API filters by equality, so there is no "not"). */
function Cell({ field, value, title, children }: { field: EventField; value: string; title?: string; children: ReactNode }) {
  const [, setParams] = useSearchParams();
  return (
    <span className="cell" title={title}>
      {children}
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <button type="button" className="cell-act" aria-label={`Filter by ${value}`} onClick={(event) => event.stopPropagation()}>
            ⋯
          </button>
        </Menu.Target>
        <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
          <Menu.Item onClick={() => setParams((old) => withField(old, field, value))}>Only {shortenMiddle(value, 40)}</Menu.Item>
          <Menu.Item onClick={() => void navigator.clipboard?.writeText(value)}>Copy</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}
