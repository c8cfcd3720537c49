import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from 'react-router-dom';
import { useMayChange } from '@/api/session';
import { Page } from '@/components/layout/Page';
import { AccountTab } from './AccountTab';
import { ListenersTab } from './ListenersTab';
import { SettingsTab } from './SettingsTab';
import { StatusTab } from './StatusTab';
import { UsersTab } from './UsersTab';
import { VersionsTab } from './VersionsTab';

const kTabs = {
  status: { label: 'Status', body: StatusTab, admin: false },
  versions: { label: 'Versions', body: VersionsTab, admin: false },
  listeners: { label: 'Listeners', body: ListenersTab, admin: false },
  users: { label: 'Users', body: UsersTab, admin: true },
  settings: { label: 'Settings', body: SettingsTab, admin: false },
  account: { label: 'Your account', body: AccountTab, admin: false },
} as const;
type TabName = keyof typeof kTabs;

export function SystemPage() {
  const { tab = 'status' } = useParams();
  const navigate = useNavigate();
  const admin = useMayChange();
  const at: TabName = tab in kTabs ? (tab as TabName) : 'status';
  const Body = kTabs[at].body;
  return (
    <Page title="System">
      <Tabs value={at} onChange={(next) => navigate(`/system/${next ?? 'status'}`)} style={{ overflowX: 'auto' }}>
        <Tabs.List style={{ flexWrap: 'nowrap' }}>
          {Object.entries(kTabs)
            .filter(([, item]) => admin || !item.admin)
            .map(([key, item]) => (
              <Tabs.Tab key={key} value={key} style={{ whiteSpace: 'nowrap', padding: '8px 12px' }}>
                {item.label}
              </Tabs.Tab>
            ))}
        </Tabs.List>
      </Tabs>
      <Body />
    </Page>
  );
}
