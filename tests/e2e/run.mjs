// The browser story and the load through changes, against a real gateway:
//   PORTCULLIS_BINARY=build/release/portcullis node tests/e2e/run.mjs
// PORTCULLIS_CRS      a folder with the OWASP CRS (default: Debian's; without one that part does not run)
// PORTCULLIS_SCREENSHOTS  where the screenshots go (default: build/screenshots)
// PORTCULLIS_LOAD_SECONDS how long the load takes at least (default: 6)
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadThroughChanges } from './load.mjs';
import * as story from './story.mjs';
import { launchBrowser, openPage, takeScreenshots } from './support/browser.mjs';
import { Checks, expect } from './support/checks.mjs';
import { freePort, Gateway } from './support/gateway.mjs';
import { AdminApi } from './support/http.mjs';
import { startUpstream } from './support/upstream.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.PORTCULLIS_BINARY ?? process.argv[2] ?? join(root, 'build/release/portcullis');
const screenshots = process.env.PORTCULLIS_SCREENSHOTS ?? join(root, 'build/screenshots');
const crs = [process.env.PORTCULLIS_CRS, '/usr/share/modsecurity-crs'].find((folder) => folder && existsSync(join(folder, 'rules')));
const kLoadSeconds = Number(process.env.PORTCULLIS_LOAD_SECONDS ?? 6);

const kPages = [
  { name: 'overview', path: '/', ready: '.figures' },
  { name: 'sites', path: '/sites', ready: '[data-key]' },
  { name: 'events', path: `/events?site=${story.kSite}`, ready: '[data-key]' },
  { name: 'rulesets', path: '/rulesets', ready: '.ruleset-card' },
  { name: 'certificates', path: '/certificates', ready: '[data-key]' },
];

if (!existsSync(binary)) {
  console.error(`${binary} does not exist; build it first, or name it in PORTCULLIS_BINARY`);
  process.exit(1);
}

const checks = new Checks();
const scratch = await mkdtemp(join(tmpdir(), 'portcullis-e2e-files-'));
await mkdir(screenshots, { recursive: true });
const world = { upstream: await startUpstream(), ports: { https: await freePort(), http: await freePort() } };
let gateway;
let browser;

async function run() {
  gateway = await Gateway.start(binary);
  browser = await launchBrowser();
  const { context, page, faults } = await openPage(browser);
  const certificate = story.makeCertificate(scratch);
  world.certificate = certificate;
  // A step on which all later ones stand ends the story when it fails, with a picture of where it stood.
  const must = async (name, step) => {
    if (await checks.check(name, step)) return;
    await page.screenshot({ path: join(screenshots, 'failure.png') }).catch(() => undefined);
    throw new Error(`the story ends at: ${name}`);
  };

  await must('the printed password lets the administrator in', () => story.firstLogin(page, gateway));
  await must('it must be changed before anything else', () => story.changePassword(page, gateway));
  await must('a site is added, with its upstream tried live and a certificate uploaded', () => story.addSite(page, world));
  await must('the site answers through the gateway at once, over HTTPS and HTTP', () => story.answersThroughTheGateway(world));
  if (crs) {
    await must('the CRS is imported from a zip file', () => story.importRules(page, gateway, crs, scratch));
    await must('it is activated for the site', () => story.activateRules(page));
  } else {
    console.log('the CRS is not installed: its import did not run; the built-in rules are tried instead');
  }
  let id;
  await must('an attack is answered with 403 and the id of its event', async () => (id = await story.blocksAttack(world)));
  if (crs) {
    await checks.check('the event is found by its id, in words, with the matched text marked', () => story.findsEvent(page, gateway, id));
  }
  await must('the site is switched to detection', () => story.switchToDetection(page, gateway));
  await checks.check('the same attack passes', () => story.letsAttackPass(world));
  await checks.check('and leaves a detected event', () => story.showsDetectedEvent(page, gateway));
  await checks.check('a rule file with a syntax error is refused with file and line', () => story.refusesBrokenRules(page, gateway, scratch));
  await checks.check('a certificate with a foreign key is refused in words', () => story.refusesForeignKey(page, gateway, certificate, scratch));
  await checks.check(`no request fails in ${kLoadSeconds} s through 20 changes`, async () => {
    const api = new AdminApi(gateway.admin_port);
    await api.logIn('admin', story.kPassword);
    await loadThroughChanges(api, world.ports, kLoadSeconds);
  });
  await checks.check('screenshots of the pages: none scrolls sideways', async () => {
    const wide = await takeScreenshots(browser, context, gateway.admin, kPages, screenshots);
    expect(wide.length === 0, `too wide: ${wide.join(', ')}`);
  });
  await checks.check('the browser reported no error', () => expect(faults.length === 0, [...new Set(faults)].join('\n')));
}

try {
  await run();
} catch (error) {
  if (checks.failed === 0) await checks.check('the story runs', () => Promise.reject(error));
  else console.log(String(error.message));
  if (gateway) console.log(`the gateway's last words:\n${gateway.output.slice(-3000)}`);
} finally {
  await browser?.close();
  const ended = await gateway?.stop();
  if (gateway) await checks.check('the gateway stops cleanly', () => expect(ended === 0, `it ended with ${ended}`));
  await world.upstream.stop();
  await rm(scratch, { recursive: true, force: true });
}
process.exit(checks.finish());
