import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { Page } from '@/components/layout/Page';
import { Panel } from '@/components/layout/Panel';
import type { NewSiteDraft } from '@/components/sites/createSite';
import { SiteCreateForm } from '@/components/sites/SiteCreateForm';
import { TryAttack } from './TryAttack';

/** From nothing to a protected site on one page; then an attack to try, whose event appears right here. */
export function FirstSitePage() {
  const [made, setMade] = useState<NewSiteDraft | null>(null);
  if (made) {
    return (
      <Page title={`${made.name} is protected`} note="The gateway forwards its requests now. See for yourself:">
        <TryAttack site={made} />
      </Page>
    );
  }
  return (
    <Page
      title="Protect your first site"
      note="What is it called, and which server is behind it? Everything can be changed later."
      actions={
        <Button component={Link} to="/" variant="subtle">
          Not now
        </Button>
      }
    >
      <Panel>
        <SiteCreateForm submit="Protect this site" onCreated={setMade} />
      </Panel>
    </Page>
  );
}
