import { createBrowserRouter, Navigate, type RouteObject } from 'react-router-dom';
import { CertificatesPage } from '@/pages/certificates/CertificatesPage';
import { EventsPage } from '@/pages/events/EventsPage';
import { OverviewPage } from '@/pages/overview/OverviewPage';
import { RuleCostsPage } from '@/pages/rulecosts/RuleCostsPage';
import { RulesetPage } from '@/pages/rulesets/RulesetPage';
import { RulesetsPage } from '@/pages/rulesets/RulesetsPage';
import { NewSitePage } from '@/pages/sites/NewSitePage';
import { SitePage } from '@/pages/sites/SitePage';
import { SitesPage } from '@/pages/sites/SitesPage';
import { FirstSitePage } from '@/pages/start/FirstSitePage';
import { SystemPage } from '@/pages/system/SystemPage';
import { CrashPage, NotFoundPage } from './ErrorPages';
import { SessionGate } from './SessionGate';

export const kRoutes: RouteObject[] = [
  {
    element: <SessionGate />,
    errorElement: <CrashPage />,
    children: [
      { path: '/', element: <OverviewPage /> },
      { path: '/start', element: <FirstSitePage /> },
      { path: '/sites', element: <SitesPage /> },
      { path: '/sites/new', element: <NewSitePage /> },
      { path: '/sites/:name', element: <SitePage /> },
      { path: '/sites/:name/:tab', element: <SitePage /> },
      { path: '/events', element: <EventsPage /> },
      { path: '/events/:id', element: <EventsPage /> },
      { path: '/rulesets', element: <RulesetsPage /> },
      { path: '/rulesets/:name', element: <RulesetPage /> },
      { path: '/rulesets/-/costs', element: <RuleCostsPage /> },
      { path: '/certificates', element: <CertificatesPage /> },
      { path: '/system', element: <Navigate to="/system/status" replace /> },
      { path: '/system/:tab', element: <SystemPage /> },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
];

export function createRouter() {
  return createBrowserRouter(kRoutes);
}
