import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSession } from '@/api/session';
import { useUsers, type User } from '@/api/users';
import { Badge } from '@/components/data/Badges';
import { ListTable, type Column } from '@/components/data/ListTable';
import { RelativeTime } from '@/components/data/Values';
import { QueryView } from '@/components/feedback/QueryView';
import { Icon } from '@/components/layout/Icon';
import { Panel } from '@/components/layout/Panel';
import { UserActs } from './UserActs';
import { UserForm } from './UserForm';

function isLocked(user: User): boolean {
  return Boolean(user.locked_until) && Date.parse(user.locked_until ?? '') > Date.now();
}

export function UsersTab() {
  const users = useUsers();
  const self = useSession()?.user;
  const [opened, { open, close }] = useDisclosure(false);
  const columns: Column<User>[] = [
    {
      key: 'name',
      header: 'Name',
      phone: 'a',
      render: (user) => (
        <span>
          <b style={{ fontWeight: 600 }}>{user.name}</b> {user.name === self && <span className="faint">you</span>}
        </span>
      ),
    },
    { key: 'role', header: 'Role', phone: 'b', render: (user) => (user.role === 'admin' ? 'Administrator' : 'May look') },
    {
      key: 'state',
      header: 'State',
      phone: 'a-end',
      render: (user) =>
        user.disabled ? <Badge>Disabled</Badge> : isLocked(user) ? <Badge tone="amber">Locked</Badge> : user.must_change_password ? <Badge>Must change password</Badge> : <span className="dim">active</span>,
    },
    { key: 'login', header: 'Last login', phone: 'b', render: (user) => <span className="dim"><RelativeTime time={user.last_login} /></span> },
    { key: 'act', header: '', end: true, phone: 'b-end', render: (user) => <UserActs user={user} self={user.name === self} locked={isLocked(user)} /> },
  ];
  return (
    <>
      <Panel
        title="Users"
        flush
        actions={
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={open}>
            Add user
          </Button>
        }
      >
        <QueryView query={users}>{({ items }) => <ListTable label="Users" columns={columns} rows={items} rowKey={(user) => user.name} />}</QueryView>
      </Panel>
      <UserForm opened={opened} onClose={close} />
    </>
  );
}
