import { Link } from 'react-router-dom';
import { useOverview } from '@/api/overview';
import { TrafficChart } from '@/components/charts/TrafficChart';
import { Count, DaysLeft } from '@/components/data/Values';
import { ModeBadge } from '@/components/data/Badges';
import { stateWords } from '@/components/data/EndpointDots';
import { formatBytes, formatNumber } from '@/components/data/format';
import { Note } from '@/components/feedback/States';
import { Facts, Panel } from '@/components/layout/Panel';
import { stepMinutes } from '@/components/range/timeRange';
import { useTimeRange } from '@/components/range/useTimeRange';
import { ModeSwitch } from './ModeSwitch';
import type { SiteTabProps } from './SitePage';

export function SiteOverviewTab({ site, version }: SiteTabProps) {
  const { range, href } = useTimeRange();
  const step = stepMinutes(range.seconds);
  const overview = useOverview(range.key, range.window, step, { site: site.name });
  const status = site.status;
  const differs = status && status.effective_mode !== site.waf.mode;
  const events = (decision: string) => href('/events', { site: site.name, decision });
  return (
    <>
      {differs && (
        <Note tone="red">
          <p>This site does not run in the mode that is configured. {status.detail}</p>
        </Note>
      )}
      <TrafficChart traffic={overview.data?.traffic} stepMinutes={step} height={160} />
      <div className="two-columns">
        <Panel title="Last 24 hours">
          <Facts
            items={[
              ['Requests', <Count key="r" value={status?.requests_24h ?? 0} />],
              ['Blocked', <Link key="b" className="link" to={events('blocked')}><Count value={status?.blocked_24h ?? 0} tone="red" /></Link>],
              ['Detected', <Link key="d" className="link" to={events('detected')}><Count value={status?.detected_24h ?? 0} tone="amber" /></Link>],
              ['From cache', site.cache.enabled ? `${formatNumber(status?.cache_hits ?? 0)} hits, ${formatBytes(status?.cache_bytes ?? 0)} held` : 'the cache is off'],
            ]}
          />
        </Panel>
        <Panel title="Protection" actions={<ModeSwitch site={site} version={version} />}>
          <Facts
            items={[
              ['Mode in force', <ModeBadge key="m" configured={site.waf.mode} effective={status?.effective_mode} detail={status?.detail} />],
              ['Rule sets', site.waf.rulesets.length > 0 ? site.waf.rulesets.join(', ') : 'Portcullis’ own rules'],
              ['Paranoia level', site.waf.paranoia_level ?? 'as the rule set says'],
              ['Rules off here', site.waf.disabled_rules.length > 0 ? <span key="o" className="mono">{site.waf.disabled_rules.join(', ')}</span> : 'none'],
            ]}
          />
        </Panel>
        <Panel title="Upstream" note={site.upstream}>
          <Facts
            items={(status?.endpoints ?? []).map((endpoint) => [
              <span key="a" className="mono">{endpoint.address}</span>,
              <span key="s" className="row">
                <span className={`dot dot-${endpoint.state}`} />
                {stateWords(endpoint.state)}
                {endpoint.detail && <span className="dim">{endpoint.detail}</span>}
              </span>,
            ])}
          />
        </Panel>
        <Panel title="Reached through">
          <Facts
            items={[
              ['Listeners', site.listeners.join(', ') || 'none'],
              ['Certificates', site.certificates.length > 0 ? site.certificates.join(', ') : 'none'],
              ['First to expire in', <DaysLeft key="d" days={status?.certificate_days_left} />],
              ['HTTP', site.redirect_to_https ? 'redirected to HTTPS' : 'served as it comes'],
            ]}
          />
        </Panel>
      </div>
    </>
  );
}
