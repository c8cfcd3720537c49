import { ActionIcon, Button, Menu, Modal, PasswordInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { actOnUser, kUsersKey, setUserPassword, type User } from '@/api/users';
import { ErrorNote } from '@/components/feedback/States';
import { toastDone, toastError } from '@/components/feedback/toast';
import { kPasswordLength } from '@/components/form/PasswordForm';
import { Icon } from '@/components/layout/Icon';

const kDone = { disable: 'is disabled', enable: 'may log in again', unlock: 'is unlocked' } as const;

export function UserActs({ user, self, locked }: { user: User; self: boolean; locked: boolean }) {
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const act = async (what: keyof typeof kDone) => {
    try {
      await actOnUser(user.name, what);
      toastDone(`${user.name} ${kDone[what]}.`);
    } catch (error) {
      toastError(error);
    }
    await client.invalidateQueries({ queryKey: kUsersKey });
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Acts for ${user.name}`}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={open}>Set password</Menu.Item>
          {locked && <Menu.Item onClick={() => void act('unlock')}>Unlock</Menu.Item>}
          {user.disabled ? (
            <Menu.Item onClick={() => void act('enable')}>Enable</Menu.Item>
          ) : (
            !self && (
              <Menu.Item color="red" onClick={() => void act('disable')}>
                Disable
              </Menu.Item>
            )
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={opened} onClose={close} title={<b>Password of {user.name}</b>}>
        {opened && <SetPassword name={user.name} onDone={close} />}
      </Modal>
    </>
  );
}

function SetPassword({ name, onDone }: { name: string; onDone: () => void }) {
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await setUserPassword(name, password);
      toastDone(`The password of ${name} is set.`);
      onDone();
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void save(event)}>
      <PasswordInput label="New password" description={`At least ${kPasswordLength} characters. It has to be changed at the next login.`} autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} data-autofocus />
      <ErrorNote error={error} />
      <Button type="submit" disabled={password.length < kPasswordLength}>
        Set password
      </Button>
    </form>
  );
}
