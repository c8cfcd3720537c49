import { Link, useSearchParams } from 'react-router-dom';
import { useEventCounts, type EventFilter } from '@/api/events';
import { formatNumber } from '@/components/data/format';
import { RelativeTime } from '@/components/data/Values';
import { Panel } from '@/components/layout/Panel';
import { stepMinutes } from '@/components/range/timeRange';
import { useTimeRange } from '@/components/range/useTimeRange';
import { withField } from './filter';

/** Who did it: each client's refusals and matches on a site, as one row. */
export function Attackers({ filter }: { filter: EventFilter }) {
  const [params] = useSearchParams();
  const { range } = useTimeRange();
  const attackers = useEventCounts(filter, range.key, range.window, stepMinutes(range.seconds) * 60).data?.attackers ?? [];
  if (attackers.length === 0) return null;
  const only = (client: string, site: string) => withField(withField(params, 'client', client), 'site', site || undefined);
  return (
    <Panel title="Attackers" flush>
      <div style={{ overflowX: 'auto' }}>
        <table className="attackers" aria-label="Attackers">
          <thead>
            <tr>
              <th>Client</th>
              <th>Site</th>
              <th>First</th>
              <th>Last</th>
              <th className="num">Events</th>
              <th className="num">Blocked</th>
              <th>Classes</th>
            </tr>
          </thead>
          <tbody>
            {attackers.map((attacker) => (
              <tr key={`${attacker.client} ${attacker.site}`}>
                <td>
                  <Link className="link mono" to={`/events?${only(attacker.client, attacker.site).toString()}`}>
                    {attacker.client}
                  </Link>
                </td>
                <td>{attacker.site || <span className="faint">none</span>}</td>
                <td>
                  <RelativeTime time={attacker.first} />
                </td>
                <td>
                  <RelativeTime time={attacker.last} />
                </td>
                <td className="num">{formatNumber(attacker.count)}</td>
                <td className="num">{formatNumber(attacker.blocked)}</td>
                <td className="dim">{attacker.classes.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
