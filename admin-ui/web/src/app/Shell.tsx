import { useLocalStorage } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Outlet, useLocation, useNavigate } from 'react-router-dom';
import { useSession } from '@/api/session';
import { useSites } from '@/api/sites';
import { AttentionStrip } from './AttentionStrip';
import { Rail } from './Rail';
import { TopBar } from './TopBar';
import './shell.css';

/** Rail, top bar and the strip that says what is wrong with the gateway itself. On a phone the rail is at the bottom. */
export function Shell() {
  const [narrow, setNarrow] = useLocalStorage({ key: 'portcullis-rail', defaultValue: false });
  useFirstSite();
  return (
    <div className={narrow ? 'shell shell-narrow' : 'shell'}>
      <Rail narrow={narrow} onToggle={() => setNarrow(!narrow)} />
      <div className="shell-main">
        <AttentionStrip />
        <TopBar />
        <main className="shell-page" id="main">
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** Who opens a gateway without a site is led to make the first one, once a visit. */
function useFirstSite() {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const session = useSession();
  const sites = useSites();
  const none = sites.data?.items.length === 0 && session?.role === 'admin';
  useEffect(() => {
    if (!none || pathname !== '/' || client.getQueryData(['first-site-offered'])) return;
    client.setQueryData(['first-site-offered'], true);
    navigate('/start', { replace: true });
  }, [none, pathname, client, navigate]);
}
