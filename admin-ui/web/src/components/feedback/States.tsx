import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { asApiError } from '@/api/error';
import { Icon } from '@/components/layout/Icon';
import { DiagnosticList } from './DiagnosticList';
import './feedback.css';

interface StateProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** What will appear here and how to make it. */
export function EmptyState({ title, children, actions }: StateProps) {
  return (
    <div className="state">
      <h3>{title}</h3>
      {children && <p>{children}</p>}
      {actions && <div className="state-actions">{actions}</div>}
    </div>
  );
}

export function NoMatch({ what, onClear }: { what: string; onClear: () => void }) {
  return (
    <EmptyState
      title={`No ${what} match this filter`}
      actions={
        <Button variant="default" onClick={onClear}>
          Clear the filter
        </Button>
      }
    />
  );
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const api = asApiError(error);
  if (api.status === 403) {
    return (
      <EmptyState title="You may not see this">
        {api.message} An administrator can change your role under System, Users.
      </EmptyState>
    );
  }
  return (
    <div className="state" role="alert">
      <h3>{api.status === 404 ? 'This does not exist' : 'This could not be read'}</h3>
      <p>{api.message}</p>
      {api.requestId && (
        <p className="small">
          Request id <span className="mono">{api.requestId}</span>
        </p>
      )}
      {onRetry && (
        <div className="state-actions">
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

interface NoteProps {
  tone?: 'red' | 'amber' | 'green' | 'plain';
  children: ReactNode;
  action?: ReactNode;
}

export function Note({ tone = 'plain', children, action }: NoteProps) {
  return (
    <div className={`note note-${tone}`} role={tone === 'red' ? 'alert' : undefined}>
      {tone !== 'plain' && <Icon name={tone === 'green' ? 'check' : 'alert'} />}
      <div className="grow">{children}</div>
      {action}
    </div>
  );
}

/** A refused change: what, why and what to do, in the words of the API. */
export function ErrorNote({ error }: { error: unknown }) {
  if (!error) return null;
  const api = asApiError(error);
  return (
    <Note tone="red">
      <p>{api.message}</p>
      {api.diagnostics.length > 0 && (
        <div style={{ marginTop: 8 }}>
          <DiagnosticList diagnostics={api.diagnostics} />
        </div>
      )}
      {api.requestId && <p className="small dim">Request id {api.requestId}</p>}
    </Note>
  );
}
