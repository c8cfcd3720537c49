import { useSession } from '@/api/session';
import { toastDone } from '@/components/feedback/toast';
import { PasswordForm } from '@/components/form/PasswordForm';
import { Panel } from '@/components/layout/Panel';

export function AccountTab() {
  const session = useSession();
  return (
    <Panel title="Change password" note={session?.user}>
      <div style={{ maxWidth: 380 }}>
        <PasswordForm submit="Change password" onChanged={() => toastDone('Your password is changed.')} />
      </div>
    </Panel>
  );
}
