import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { formatCompact, formatNumber } from './format';
import './data.css';

export interface BarItem {
  key: string;
  label: ReactNode;
  count: number;
  href: string;
  title?: string;
}

/** A short list with bars behind the labels; each row is a link to what it counts. */
export function BarList({ items, empty }: { items: BarItem[]; empty: string }) {
  if (items.length === 0) return <p className="dim small" style={{ margin: '4px 16px 12px' }}>{empty}</p>;
  const most = Math.max(...items.map((item) => item.count), 1);
  return (
    <ul className="bars">
      {items.map((item) => (
        <li key={item.key}>
          <Link to={item.href} title={item.title}>
            <i className="bar" style={{ width: `${(item.count / most) * 100}%` }} />
            <span className="clip">{item.label}</span>
            <span className="num" title={formatNumber(item.count)}>
              {formatCompact(item.count)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
