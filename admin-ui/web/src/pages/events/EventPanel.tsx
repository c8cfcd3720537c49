import { ActionIcon, Button, Skeleton, Tooltip } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { asApiError } from '@/api/error';
import { useEvent, unmaskEvent, type AuditEvent } from '@/api/events';
import { useSession } from '@/api/session';
import { DecisionBadge } from '@/components/data/Badges';
import { formatMicros, formatTime } from '@/components/data/format';
import { copyText } from '@/components/data/Values';
import { toCurl } from '@/components/events/curl';
import { printable } from '@/components/events/matched';
import { headline, reasonWords } from '@/components/events/words';
import { QueryView } from '@/components/feedback/QueryView';
import { toastDone } from '@/components/feedback/toast';
import { Icon } from '@/components/layout/Icon';
import { Facts } from '@/components/layout/Panel';
import { useTimeRange } from '@/components/range/useTimeRange';
import { RuleTrace } from './RuleTrace';

/** The event beside the list, under its own URL. */
export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const event = useEvent(id);
  return (
    <aside className="panel event-panel" aria-label="Event">
      <div className="event-bar">
        <span className="mono clip dim" title={id}>
          {id}
        </span>
        <span className="grow" />
        <Tooltip label="Close (Esc)">
          <ActionIcon variant="subtle" color="gray" aria-label="Close the event" onClick={onClose}>
            <Icon name="close" />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className="event-body">
        <QueryView query={event} skeleton={<PanelSkeleton />}>
          {(data) => <EventBody event={data} />}
        </QueryView>
      </div>
    </aside>
  );
}

function PanelSkeleton() {
  return (
    <div className="stack">
      <Skeleton height={48} />
      <Skeleton height={120} />
      <Skeleton height={200} />
    </div>
  );
}

function EventBody({ event: masked }: { event: AuditEvent }) {
  const [whole, setWhole] = useState<AuditEvent | null>(null);
  const event = whole?.id === masked.id ? whole : masked;
  const auditor = useSession()?.role === 'auditor';
  const unmask = async () => {
    try {
      setWhole(await unmaskEvent(masked.id));
    } catch (cause) {
      toastDone(asApiError(cause).message);
    }
  };
  const copy = async (text: string, what: string) => {
    await copyText(text);
    toastDone(`${what} copied.`);
  };
  return (
    <div className="stack">
      <div>
        <h2 className="event-headline">{printable(headline(event))}</h2>
        <div className="row" style={{ marginTop: 10, flexWrap: 'wrap' }}>
          <DecisionBadge decision={event.decision} />
          <span className="dim small">{formatTime(event.time)}</span>
          <span className="grow" />
          <Button variant="default" size="xs" leftSection={<Icon name="copy" size={14} />} onClick={() => void copy(toCurl(event), 'Command')}>
            Copy as cURL
          </Button>
          <Button variant="default" size="xs" leftSection={<Icon name="link" size={14} />} onClick={() => void copy(`${location.origin}/events/${encodeURIComponent(event.id)}`, 'Link')}>
            Copy link
          </Button>
          {auditor && masked.secrets_kept && event === masked && (
            <Button variant="default" size="xs" onClick={() => void unmask()}>
              Lift the masks
            </Button>
          )}
        </div>
      </div>
      {event.rules.length > 0 && (
        <section>
          <h3 className="event-h">{event.rules.length === 1 ? 'Matched rule' : `${event.rules.length} matched rules`}</h3>
          <RuleTrace rules={event.rules} />
        </section>
      )}
      <section>
        <h3 className="event-h">Decision</h3>
        <DecisionFacts event={event} />
      </section>
      <section>
        <h3 className="event-h">Request</h3>
        <pre className="code">{requestHead(event)}</pre>
        {event.request.body_excerpt && (
          <>
            <p className="small dim" style={{ margin: '8px 0 4px' }}>
              Body, the first {event.request.body_excerpt.length} characters
            </p>
            <pre className="code">{printable(event.request.body_excerpt)}</pre>
          </>
        )}
      </section>
      {(event.response.headers ?? []).length > 0 && (
        <section>
          <h3 className="event-h">Answer of the upstream</h3>
          <pre className="code">{printable((event.response.headers ?? []).map(([name, value]) => `${name}: ${value}`).join('\n'))}</pre>
          {event.response.body_excerpt && <pre className="code" style={{ marginTop: 8 }}>{printable(event.response.body_excerpt)}</pre>}
        </section>
      )}
      <section>
        <h3 className="event-h">Client</h3>
        <ClientFacts event={event} />
      </section>
    </div>
  );
}

function requestHead({ request }: AuditEvent): string {
  const lines = request.headers.map(([name, value]) => `${name}: ${value}`);
  return printable([`${request.method} ${request.uri} ${request.protocol}`, ...lines].join('\n'));
}

function DecisionFacts({ event }: { event: AuditEvent }) {
  const { href } = useTimeRange();
  const durations = Object.entries(event.durations_us ?? {}).map(([name, us]) => `${name} ${formatMicros(us)}`);
  const classes = Object.entries(event.scores?.classes ?? {}).map(([name, points]) => `${name} ${points}`);
  const items: [string, ReactNode][] = [
    ['Site', event.site ? <Link key="s" className="link" to={href(`/sites/${encodeURIComponent(event.site)}`)}>{event.site}</Link> : 'none chosen'],
    ['Reason', event.detail ? `${reasonWords(event.reason)}: ${event.detail}` : reasonWords(event.reason)],
    ['Score', `${event.scores?.inbound ?? 0} inbound, ${event.scores?.outbound ?? 0} outbound`],
    ...(classes.length > 0 ? [['By class', classes.join(', ')] as [string, ReactNode]] : []),
    ['Answer', event.response?.status ? `Status ${event.response.status}` : 'none sent'],
  ];
  if (event.upstream) items.push(['Upstream', <span key="u" className="mono">{event.upstream}</span>]);
  if (event.cache) items.push(['Cache', event.cache]);
  if (durations.length > 0) items.push(['Time taken', durations.join(', ')]);
  return <Facts items={items} />;
}

function ClientFacts({ event }: { event: AuditEvent }) {
  const { href } = useTimeRange();
  const agent = event.request.headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1];
  const items: [string, ReactNode][] = [
    [
      'Address',
      <span key="a">
        <span className="mono">{event.client.ip}</span> <span className="faint">port {event.client.port}</span>{' '}
        <Link className="link" to={href('/events', { client: event.client.ip })}>
          All its events
        </Link>
      </span>,
    ],
  ];
  if (event.client.country) items.push(['Country', event.client.country]);
  if (agent) items.push(['User agent', printable(agent)]);
  if (event.tls?.version) items.push(['TLS', `${event.tls.version}${event.tls.sni ? `, name ${event.tls.sni}` : ''}`]);
  if (event.tls?.ja4) items.push(['JA4', <span key="ja4" className="mono">{event.tls.ja4}</span>]);
  return <Facts items={items} />;
}
