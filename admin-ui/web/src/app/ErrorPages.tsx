import { Button } from '@mantine/core';
import { Link, useRouteError } from 'react-router-dom';
import { EmptyState } from '@/components/feedback/States';
import { Page } from '@/components/layout/Page';

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <EmptyState
        title="There is no such page"
        actions={
          <Button component={Link} to="/" variant="default">
            Go to the overview
          </Button>
        }
      >
        The address may be mistyped, or what it showed was removed.
      </EmptyState>
    </Page>
  );
}

/** A fault of this application itself; the gateway goes on regardless. */
export function CrashPage() {
  const error = useRouteError();
  return (
    <EmptyState
      title="This page failed"
      actions={
        <Button variant="default" onClick={() => location.reload()}>
          Load it again
        </Button>
      }
    >
      The gateway itself is not affected. The fault was: {error instanceof Error ? error.message : String(error)}
    </EmptyState>
  );
}
