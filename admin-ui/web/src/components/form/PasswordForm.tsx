import { Button, PasswordInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { changePassword } from '@/api/session';
import { ErrorNote } from '@/components/feedback/States';

export const kPasswordLength = 10;

export function PasswordForm({ submit, onChanged }: { submit: string; onChanged: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const differs = again !== '' && again !== next;
  const short = next !== '' && next.length < kPasswordLength;

  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await changePassword(current, next);
      setCurrent('');
      setNext('');
      setAgain('');
      onChanged();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <PasswordInput label="Current password" name="current" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
      <PasswordInput
        label="New password"
        name="new"
        description={`At least ${kPasswordLength} characters.`}
        autoComplete="new-password"
        value={next}
        error={short ? `${kPasswordLength - next.length} more to go` : undefined}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <PasswordInput label="New password again" name="again" autoComplete="new-password" value={again} error={differs ? 'This is not the same' : undefined} onChange={(event) => setAgain(event.currentTarget.value)} />
      <ErrorNote error={error} />
      <Button type="submit" loading={busy} disabled={!current || next.length < kPasswordLength || again !== next}>
        {submit}
      </Button>
    </form>
  );
}
