import { createRequire } from 'node:module';
import { join } from 'node:path';

const from_web = createRequire(new URL('../../../admin-ui/web/package.json', import.meta.url));

const kFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A fresh Chromium; whatever its console reports as an error is kept, for a refused script is a fault of ours. */
export async function launchBrowser() {
  const { chromium } = from_web('playwright-core');
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: kFlags, timeout: 120_000 });
}

export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // A refused call is shown by the page itself; Chromium reports each as a failed resource.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  return { context, page, faults };
}

const kLooks = [
  { name: 'light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  { name: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'light', deviceScaleFactor: 2 },
];

/** Each page in light, dark and at phone width, in the session of `context`. Answers the pages that scroll sideways. */
export async function takeScreenshots(browser, context, base, pages, folder) {
  const storage = await context.storageState();
  const wide = [];
  for (const { name: look, ...options } of kLooks) {
    const { context: own, page } = await openPage(browser, { ...options, storageState: storage });
    for (const { name, path, ready } of pages) {
      await page.goto(`${base}${path}`);
      await page.waitForSelector(ready);
      await page.evaluate(() => document.fonts.ready);
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
      await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
      const extra = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (extra > 0) wide.push(`${name}-${look} by ${extra} px`);
    }
    await own.close();
  }
  return wide;
}
