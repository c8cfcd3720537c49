import { Button, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { createUser, kUsersKey } from '@/api/users';
import { ErrorNote } from '@/components/feedback/States';
import { toastDone } from '@/components/feedback/toast';
import { kPasswordLength } from '@/components/form/PasswordForm';

export function UserForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={<b>Add user</b>}>
      {opened && <Fields onDone={onClose} />}
    </Modal>
  );
}

function Fields({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await createUser({ name, role, password });
      toastDone(`User ${name} is added.`);
      await client.invalidateQueries({ queryKey: kUsersKey });
      onDone();
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void add(event)}>
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus autoComplete="off" />
      <Select
        label="Role"
        data={[
          { value: 'viewer', label: 'May look: sees everything but users, changes nothing' },
          { value: 'auditor', label: 'Auditor: may look, and see what is masked in events where a site keeps it' },
          { value: 'admin', label: 'Administrator: may do everything' },
        ]}
        value={role}
        onChange={(next) => setRole(next ?? 'viewer')}
        allowDeselect={false}
      />
      <PasswordInput label="First password" description={`At least ${kPasswordLength} characters. It has to be changed at the first login.`} autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      <ErrorNote error={error} />
      <Button type="submit" disabled={!name || password.length < kPasswordLength}>
        Add user
      </Button>
    </form>
  );
}
