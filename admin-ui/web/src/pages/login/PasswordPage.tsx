import { PasswordForm } from '@/components/form/PasswordForm';
import { LoginFrame } from './LoginFrame';

/** Stands before everything else until the printed password is replaced. */
export function PasswordPage({ user, onChanged }: { user: string; onChanged: () => void }) {
  return (
    <LoginFrame
      title="Choose your own password"
      text={`You are logged in as ${user} with a password that someone else has seen. Replace it to go on.`}
    >
      <PasswordForm submit="Set password" onChanged={onChanged} />
    </LoginFrame>
  );
}
