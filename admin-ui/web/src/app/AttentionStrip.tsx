import { Link } from 'react-router-dom';
import { useStatus, type Status } from '@/api/status';
import { modeLabel } from '@/components/data/Badges';
import { plural } from '@/components/data/format';
import { Icon } from '@/components/layout/Icon';

interface Trouble {
  text: string;
  link?: { to: string; label: string };
}

/** The worst thing that is wrong with the gateway itself, and its one remedy. */
export function firstTrouble(status: Status): Trouble | undefined {
  if (status.on_last_good) {
    const text = 'The database cannot be read. The gateway serves the last good configuration; changes are not possible.';
    return { text, link: { to: '/system/status', label: 'Show status' } };
  }
  const alarm = status.alarms[0];
  if (alarm) return { text: alarm, link: { to: '/system/status', label: 'Show status' } };
  if (status.events_lost > 0) {
    const text = `${plural(status.events_lost, 'event')} could not be stored since start. Check the space on the disk.`;
    return { text, link: { to: '/system/status', label: 'Show status' } };
  }
  const site = status.sites.find((item) => item.effective_mode !== item.configured_mode);
  if (site) {
    const text = `Site ${site.site} is configured as ${modeLabel(site.configured_mode)} and runs as ${modeLabel(site.effective_mode)}. ${site.detail}`;
    return { text, link: { to: `/sites/${encodeURIComponent(site.site)}/protection`, label: 'Open protection' } };
  }
  return undefined;
}

export function AttentionStrip() {
  const status = useStatus();
  if (status.isError) {
    return (
      <div className="strip" role="alert">
        <Icon name="alert" />
        <span className="strip-text">The gateway does not answer. What you see may be old.</span>
      </div>
    );
  }
  const trouble = status.data && firstTrouble(status.data);
  if (!trouble) return null;
  return (
    <div className="strip" role="alert">
      <Icon name="alert" />
      <span className="strip-text grow">{trouble.text}</span>
      {trouble.link && <Link to={trouble.link.to}>{trouble.link.label}</Link>}
    </div>
  );
}
