import { useMediaQuery } from '@mantine/hooks';
import type { KeyboardEvent, ReactNode } from 'react';
import './data.css';

export interface Column<T> {
  key: string;
  header: ReactNode;
  render: (row: T) => ReactNode;
  end?: boolean;
  width?: string | number;
  /** Where the cell goes in the two lines of a phone's row; absent: not shown there. */
  phone?: 'a' | 'a-end' | 'b' | 'b-end';
}

interface ListTableProps<T> {
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  selected?: string;
  fixed?: boolean;
  label: string;
}

export const kPhone = '(max-width: 48em)';

/** A table on a wide screen, rows of two lines on a phone. */
export function ListTable<T>(props: ListTableProps<T>) {
  const phone = useMediaQuery(kPhone, false, { getInitialValueInEffect: false });
  return phone ? <PhoneRows {...props} /> : <WideTable {...props} />;
}

function openOnEnter(event: KeyboardEvent, open: () => void) {
  if (event.key === 'Enter' && event.target === event.currentTarget) open();
}

function rowClass(clickable: boolean, selected: boolean): string {
  return [clickable && 'clickable', selected && 'selected'].filter(Boolean).join(' ');
}

function WideTable<T>({ columns, rows, rowKey, onOpen, selected, fixed, label }: ListTableProps<T>) {
  return (
    <div className="tbl-scroll">
      <table className={fixed ? 'tbl tbl-fixed' : 'tbl'} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} className={column.end ? 'cell-end' : undefined} style={{ width: column.width }}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                data-key={key}
                className={rowClass(onOpen !== undefined, key === selected)}
                tabIndex={onOpen ? 0 : undefined}
                aria-selected={selected === undefined ? undefined : key === selected}
                onClick={onOpen && (() => onOpen(row))}
                onKeyDown={onOpen && ((event) => openOnEnter(event, () => onOpen(row)))}
              >
                {columns.map((column) => (
                  <td key={column.key} className={column.end ? 'cell-end' : undefined}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function PhoneRows<T>({ columns, rows, rowKey, onOpen, selected, label }: ListTableProps<T>) {
  const at = (place: Column<T>['phone'], row: T) =>
    columns.filter((column) => column.phone === place).map((column) => <Cell key={column.key}>{column.render(row)}</Cell>);
  return (
    <ul className="rows" aria-label={label}>
      {rows.map((row) => {
        const key = rowKey(row);
        return (
          <li
            key={key}
            data-key={key}
            className={rowClass(onOpen !== undefined, key === selected)}
            tabIndex={onOpen ? 0 : undefined}
            onClick={onOpen && (() => onOpen(row))}
            onKeyDown={onOpen && ((event) => openOnEnter(event, () => onOpen(row)))}
          >
            <div className="row-a">{at('a', row)}</div>
            <div className="row-end">{at('a-end', row)}</div>
            <div className="row-b">{at('b', row)}</div>
            <div className="row-end small dim">{at('b-end', row)}</div>
          </li>
        );
      })}
    </ul>
  );
}

function Cell({ children }: { children: ReactNode }) {
  return <>{children}</>;
}
