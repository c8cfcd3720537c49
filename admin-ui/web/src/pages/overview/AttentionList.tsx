import { Link } from 'react-router-dom';
import type { Attention } from '@/api/overview';
import { Icon } from '@/components/layout/Icon';
import { Panel } from '@/components/layout/Panel';

/** The first thing on the page. When there is nothing to do, one quiet line. */
export function AttentionList({ items }: { items: Attention[] }) {
  if (items.length === 0) {
    return (
      <div className="quiet">
        <span className="text-green">
          <Icon name="check" />
        </span>
        Nothing needs attention.
      </div>
    );
  }
  return (
    <Panel title="Needs attention" flush>
      <ul className="attention">
        {items.map((item) => (
          <li key={item.message}>
            <span className={item.severity === 'error' || item.severity === 'critical' ? 'text-red' : 'text-amber'}>
              <Icon name="alert" />
            </span>
            <span className="grow">{item.message}</span>
            {item.link && (
              <Link className="link nowrap" to={item.link}>
                Show
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
