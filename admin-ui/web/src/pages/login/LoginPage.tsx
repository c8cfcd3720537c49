import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { logIn, type Session } from '@/api/session';
import { ErrorNote } from '@/components/feedback/States';
import { LoginFrame } from './LoginFrame';

export function LoginPage({ onLoggedIn }: { onLoggedIn: (session: Session) => void }) {
  const [user, setUser] = useState('admin');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onLoggedIn(await logIn(user, password));
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };

  return (
    <LoginFrame title="Log in" foot="At the first start the gateway prints the password of admin once, on its console and in the journal.">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <TextInput label="User" name="user" autoComplete="username" value={user} onChange={(event) => setUser(event.currentTarget.value)} required withAsterisk={false} />
        <PasswordInput label="Password" name="password" autoComplete="current-password" data-autofocus autoFocus value={password} onChange={(event) => setPassword(event.currentTarget.value)} required withAsterisk={false} />
        <ErrorNote error={error} />
        <Button type="submit" loading={busy} fullWidth>
          Log in
        </Button>
      </form>
    </LoginFrame>
  );
}
