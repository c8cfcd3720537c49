// Screenshots of every page from the mock API, light, dark and at phone width:
//   npm run screenshots [-- DIRECTORY [NAME-FILTER]]
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const out = resolve(process.argv[2] ?? '../../build/screenshots/mock');
const only = process.argv[3] ?? '';
const kPort = Number(process.env.PORT ?? 21271);

const kPages = [
  { name: 'login', path: '/', mock: { logged_in: false } },
  { name: 'password', path: '/', mock: { must_change_password: true } },
  { name: 'first-site', path: '/start', mock: { empty: true } },
  { name: 'overview', path: '/' },
  { name: 'overview-empty', path: '/sites', mock: { empty: true } },
  { name: 'sites', path: '/sites' },
  { name: 'site', path: '/sites/shop' },
  { name: 'site-protection', path: '/sites/shop/protection' },
  { name: 'site-upstream', path: '/sites/partners/upstream' },
  { name: 'site-tls', path: '/sites/shop/tls' },
  { name: 'site-access', path: '/sites/shop/access' },
  { name: 'site-cache', path: '/sites/shop/cache' },
  { name: 'site-headers', path: '/sites/shop/headers' },
  { name: 'events', path: '/events' },
  { name: 'events-filtered', path: '/events?site=shop&decision=blocked', mock: { alarms: ['The audit log file cannot be opened: permission denied. Give the service write access to /var/log/portcullis.'] } },
  { name: 'event', path: '/events?reason=waf', open: true },
  { name: 'rulesets', path: '/rulesets' },
  { name: 'ruleset', path: '/rulesets/crs' },
  { name: 'rule-costs', path: '/rulesets/-/costs?site=shop' },
  { name: 'certificates', path: '/certificates' },
  { name: 'system', path: '/system/status' },
  { name: 'versions', path: '/system/versions' },
  { name: 'users', path: '/system/users' },
  { name: 'settings', path: '/system/settings' },
];
const kLooks = [
  { name: 'light', width: 1440, height: 900, scheme: 'light' },
  { name: 'dark', width: 1440, height: 900, scheme: 'dark' },
  { name: 'phone', width: 390, height: 844, scheme: 'light' },
];

const server = await createServer({ mode: 'mock', server: { port: kPort, strictPort: true }, logLevel: 'warn' });
await server.listen();
const profile = await mkdtemp(join(tmpdir(), 'portcullis-screens-'));
const context_flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: context_flags });
await mkdir(out, { recursive: true });
let faults = 0;
try {
  for (const look of kLooks) {
    for (const page_of of kPages) {
      if (only && !`${page_of.name}-${look.name}`.includes(only)) continue;
      const context = await browser.newContext({ viewport: { width: look.width, height: look.height }, colorScheme: look.scheme, deviceScaleFactor: look.name === 'phone' ? 2 : 1 });
      const page = await context.newPage();
      page.on('pageerror', (error) => {
        faults += 1;
        console.error(`${page_of.name}: ${error.message}`);
      });
      page.on('console', (message) => message.type() === 'error' && console.error(`${page_of.name}: ${message.text()}`));
      await page.addInitScript((scene) => (window.portcullis_mock = scene), page_of.mock ?? {});
      await page.goto(`http://127.0.0.1:${kPort}${page_of.path}`);
      await page.waitForSelector('h1, h3');
      await page.waitForTimeout(900);
      if (page_of.open) {
        await page.locator('[data-key]').first().click();
        await page.waitForSelector('.event-headline');
        await page.waitForTimeout(300);
      }
      await page.screenshot({ path: join(out, `${page_of.name}-${look.name}.png`) });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) console.error(`${page_of.name}-${look.name}: ${wide} px too wide`);
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
  await rm(profile, { recursive: true, force: true });
}
console.log(`Screenshots are in ${out}`);
process.exit(faults > 0 ? 1 : 0);
