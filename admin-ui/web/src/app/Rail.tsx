import { ActionIcon, Tooltip } from '@mantine/core';
import { NavLink } from 'react-router-dom';
import { useStatus } from '@/api/status';
import { Icon, type IconName } from '@/components/layout/Icon';
import { useTimeRange } from '@/components/range/useTimeRange';
import { Mark } from '@/components/layout/Mark';

const kItems: { to: string; label: string; icon: IconName }[] = [
  { to: '/', label: 'Overview', icon: 'overview' },
  { to: '/sites', label: 'Sites', icon: 'sites' },
  { to: '/events', label: 'Events', icon: 'events' },
  { to: '/rulesets', label: 'Rules', icon: 'rules' },
  { to: '/certificates', label: 'Certificates', icon: 'certificates' },
  { to: '/system', label: 'System', icon: 'system' },
];

export function Rail({ narrow, onToggle }: { narrow: boolean; onToggle: () => void }) {
  const { href } = useTimeRange();
  const status = useStatus();
  return (
    <nav className="rail" aria-label="Main">
      <div className="rail-brand">
        <Mark size={24} />
        <span className="rail-label">Portcullis</span>
      </div>
      {kItems.map((item) => (
        <Tooltip key={item.to} label={item.label} position="right" disabled={!narrow}>
          <NavLink to={href(item.to)} end={item.to === '/'} className="rail-item" aria-label={item.label}>
            <Icon name={item.icon} size={18} />
            <span className="rail-label">{item.label}</span>
          </NavLink>
        </Tooltip>
      ))}
      <div className="rail-foot">
        <span>{status.data ? `Version ${status.data.version}` : ''}</span>
        <ActionIcon variant="subtle" color="gray" aria-label={narrow ? 'Widen the menu' : 'Narrow the menu'} onClick={onToggle}>
          <Icon name="collapse" />
        </ActionIcon>
      </div>
    </nav>
  );
}
