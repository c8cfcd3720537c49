import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { call } from '@/api/client';
import type { EventPage } from '@/api/events';
import { useStatus, type Status } from '@/api/status';
import { DecisionBadge } from '@/components/data/Badges';
import { CopyIcon, RelativeTime } from '@/components/data/Values';
import { printable } from '@/components/events/matched';
import { Panel } from '@/components/layout/Panel';
import type { NewSiteDraft } from '@/components/sites/createSite';

const kAttack = '/?id=1%27%20OR%20%271%27=%271';

function boundAddress(listener: Status['listeners'][number]): { name: string; address: string } {
  if (typeof listener !== 'string') return listener;
  const space = listener.indexOf(' ');
  return { name: listener.slice(0, space), address: listener.slice(space + 1) };
}

function attackCommand(site: NewSiteDraft, status: Status | undefined): string {
  const host = site.hosts.find((name) => !name.includes('*')) ?? 'localhost';
  const names = [...site.new_listeners.map((listener) => listener.name), ...site.listeners];
  const bound = (status?.listeners ?? []).map(boundAddress).filter(({ name }) => names.includes(name));
  const tls = bound.find(({ name }) => /https|tls/i.test(name)) ?? bound[0];
  const scheme = tls && /https|tls/i.test(tls.name) ? 'https' : 'http';
  const address = tls?.address.replace(/^(0\.0\.0\.0|\[::\]|\*)/, '127.0.0.1') ?? '127.0.0.1';
  const port = /:(\d+)$/.exec(address)?.[1] ?? (scheme === 'https' ? '443' : '80');
  const ip = address.replace(/:\d+$/, '');
  return `curl -k --resolve ${host}:${port}:${ip} "${scheme}://${host}:${port}${kAttack}"`;
}

/** A harmless attack to paste into a shell; its event shows up below within two seconds. */
export function TryAttack({ site }: { site: NewSiteDraft }) {
  const status = useStatus();
  const [since] = useState(() => new Date(Date.now() - 1000).toISOString());
  const events = useQuery({
    queryKey: ['first-events', site.name],
    queryFn: ({ signal }) => call<EventPage>('GET', '/events', { query: { site: site.name, since, limit: 5 }, signal }),
    refetchInterval: 2_000,
  });
  const command = attackCommand(site, status.data);
  const found = events.data?.items ?? [];
  return (
    <>
      <Panel title="Try an attack" actions={<CopyIcon text={command} label="Copy the command" />}>
        <pre className="code">{command}</pre>
        <p className="dim small" style={{ margin: '8px 0 0' }}>
          {site.mode === 'On' ? 'It is refused with status 403.' : 'In detection mode it is let through and recorded.'} The
          request claims an SQL injection and harms nothing.
        </p>
      </Panel>
      <Panel title="What the gateway saw" flush>
        {found.length === 0 ? (
          <p className="dim" style={{ margin: '0 16px 12px' }} role="status">
            Waiting for the first event. It appears here by itself.
          </p>
        ) : (
          <ul className="rows">
            {found.map((event) => (
              <li key={event.id}>
                <div className="row-a">
                  <DecisionBadge decision={event.decision} />
                  <Link className="link mono clip" to={`/events/${encodeURIComponent(event.id)}`}>
                    {event.method} {printable(event.uri)}
                  </Link>
                  <span className="dim clip">{event.rule_message}</span>
                </div>
                <div className="row-end dim small">
                  <RelativeTime time={event.time} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <Button component={Link} to={`/sites/${encodeURIComponent(site.name)}`}>
          Open the site
        </Button>
        <Button component={Link} to="/rulesets" variant="default">
          Import a rule set
        </Button>
      </div>
    </>
  );
}
