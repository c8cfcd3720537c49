import { useNavigate } from 'react-router-dom';
import { SiteCreateForm } from '@/components/sites/SiteCreateForm';
import { toastDone } from '@/components/feedback/toast';
import { Page } from '@/components/layout/Page';
import { Panel } from '@/components/layout/Panel';

export function NewSitePage() {
  const navigate = useNavigate();
  return (
    <Page title="Add site">
      <Panel>
        <SiteCreateForm
          submit="Add site"
          onCreated={({ name }) => {
            toastDone(`Site ${name} is served now.`);
            navigate(`/sites/${encodeURIComponent(name)}`);
          }}
        />
      </Panel>
    </Page>
  );
}
