import { ActionIcon, Menu, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Fragment } from 'react';
import { Link, useLocation } from 'react-router-dom';
import { kSessionKey, logOut, useSession } from '@/api/session';
import { toastError } from '@/components/feedback/toast';
import { Icon, type IconName } from '@/components/layout/Icon';
import { RangePicker } from '@/components/range/RangePicker';
import { useTimeRange } from '@/components/range/useTimeRange';
import { CommandSearch } from './CommandSearch';

const kNames: Record<string, string> = {
  sites: 'Sites',
  events: 'Events',
  rulesets: 'Rules',
  certificates: 'Certificates',
  system: 'System',
  start: 'First site',
};
// What stands where a rule set's name would, and is none.
const kCosts = '-';
const kWithRange = /^\/(events.*|sites\/(?!new$)[^/]+)?$/;

export function TopBar() {
  const { pathname } = useLocation();
  return (
    <header className="topbar">
      <Crumbs pathname={pathname} />
      <span className="grow" />
      <CommandSearch />
      {kWithRange.test(pathname) && <RangePicker />}
      <SchemeMenu />
      <AccountMenu />
    </header>
  );
}

function Crumbs({ pathname }: { pathname: string }) {
  const { href } = useTimeRange();
  const [section, item] = pathname.split('/').filter(Boolean);
  const name = section ? (kNames[section] ?? 'Not found') : 'Overview';
  const deeper = item !== undefined && section !== 'system';
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      {deeper ? (
        <Fragment>
          <Link to={href(`/${section}`)}>{name}</Link>
          <Icon name="chevron" size={12} />
          <span className="clip" aria-current="page">
            {section === 'sites' && item === 'new' ? 'New site' : section === 'rulesets' && item === kCosts ? 'Costs' : decodeURIComponent(item)}
          </span>
        </Fragment>
      ) : (
        <span aria-current="page">{name}</span>
      )}
    </nav>
  );
}

const kSchemes: { value: MantineColorScheme; label: string; icon: IconName }[] = [
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
  { value: 'auto', label: 'As the system', icon: 'auto' },
];

function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = kSchemes.find((scheme) => scheme.value === colorScheme);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label="Colours">
          <ActionIcon variant="subtle" color="gray" size="md" aria-label="Colours">
            <Icon name={current?.icon ?? 'auto'} size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {kSchemes.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            leftSection={<Icon name={scheme.icon} />}
            rightSection={scheme.value === colorScheme && <Icon name="check" size={14} />}
            onClick={() => setColorScheme(scheme.value)}
          >
            {scheme.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu() {
  const client = useQueryClient();
  const session = useSession();
  const leave = async () => {
    try {
      await logOut();
      client.clear();
      await client.resetQueries({ queryKey: kSessionKey });
      location.assign('/');
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="md" aria-label="Account">
          <Icon name="user" size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session?.user}, {session?.role === 'admin' ? 'administrator' : 'may look, not change'}
        </Menu.Label>
        <Menu.Item component={Link} to="/system/account">
          Change password
        </Menu.Item>
        <Menu.Item onClick={() => void leave()}>Log out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
