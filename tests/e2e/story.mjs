import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, until } from './support/checks.mjs';
import { request } from './support/http.mjs';
import { zipRules } from './support/zip.mjs';

// What an administrator does on the first day, in a browser, against a gateway that has just been installed.

export const kHost = 'shop.test';
export const kSite = 'shop';
export const kPassword = 'a password of our own';
const kAttack = '/?id=1%27%20OR%20%271%27=%271';

export function makeCertificate(folder) {
  const [chain, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '60', '-subj', `/CN=${kHost}`, '-addext', `subjectAltName=DNS:${kHost}`, '-keyout', key, '-out', chain],
    { stdio: 'ignore' },
  );
  return { chain, key };
}

export async function firstLogin(page, gateway) {
  await page.goto(gateway.admin);
  await page.getByLabel('User').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(gateway.firstPassword());
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
}

export async function changePassword(page, gateway) {
  await page.getByLabel('Current password').fill(gateway.firstPassword());
  await page.getByLabel('New password', { exact: true }).fill(kPassword);
  await page.getByLabel('New password again').fill(kPassword);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('heading', { name: 'Protect your first site' }).waitFor();
}

/** Whatever listeners the gateway starts with, the site gets two of its own on free ports. */
async function chooseListeners(page, ports) {
  for (const box of await page.getByRole('checkbox').all()) if (await box.isChecked()) await box.uncheck();
  const addresses = page.getByRole('textbox', { name: 'Listen on' });
  while ((await addresses.count()) > 0) await page.getByRole('button', { name: /^Do not listen on/ }).first().click();
  const add = page.getByRole('button', { name: 'Listen on another address' });
  await add.click();
  await addresses.nth(0).fill(`127.0.0.1:${ports.https}`);
  await add.click();
  await addresses.nth(1).fill(`127.0.0.1:${ports.http}`);
  await page.getByRole('switch', { name: 'TLS' }).nth(1).setChecked(false, { force: true });
}

export async function addSite(page, { upstream, ports, certificate }) {
  await page.getByRole('combobox', { name: 'Hosts' }).fill(kHost);
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).fill(kSite);
  await page.getByLabel('Upstream', { exact: true }).fill(upstream.address);
  await page.getByText(/connected in .* answered 200/).waitFor();
  await chooseListeners(page, ports);
  await page.getByRole('radio', { name: /^Upload/ }).check();
  // The key first: the order of the blocks is not the administrator's concern.
  await page.locator('input[type=file]').setInputFiles([certificate.key, certificate.chain]);
  await page.getByText('1 certificate, 1 private key').waitFor();
  await page.getByRole('radio', { name: /^Blocking/ }).check({ force: true });
  await page.getByRole('button', { name: 'Protect this site' }).click();
  await page.getByRole('heading', { name: `${kSite} is protected` }).waitFor();
}

export async function answersThroughTheGateway({ upstream, ports }) {
  const before = upstream.seen.requests;
  for (const [tls, port] of [[true, ports.https], [false, ports.http]]) {
    const answer = await request({ port, host: kHost, path: '/hello?q=1', tls });
    expect(answer.status === 200, `status ${answer.status} for a harmless request: ${answer.body}`);
    expect(answer.body.startsWith('upstream GET /hello?q=1'), `not the upstream's answer: ${answer.body}`);
    expect(answer.headers.server !== 'secret-server/1.0', 'the upstream is not hidden');
  }
  expect(upstream.seen.requests === before + 2, 'the upstream did not see both requests');
}

/** Debian keeps the setup file apart from the rules; the project's own archive has an example of it. */
function setupFile(folder) {
  const beside = ['crs-setup.conf', 'crs-setup.conf.example'].some((name) => existsSync(join(folder, name)));
  return beside ? [] : ['/etc/modsecurity/crs/crs-setup.conf'].filter((path) => existsSync(path));
}

export async function importRules(page, gateway, folder, scratch) {
  const archive = join(scratch, 'coreruleset.zip');
  await zipRules(folder, setupFile(folder), archive);
  await page.goto(`${gateway.admin}/rulesets`);
  await page.locator('input[type=file]').setInputFiles(archive);
  await page.getByRole('button', { name: 'Import rule set' }).click();
  await page.getByText(/^crs is imported: \d+ rules/).waitFor({ timeout: 300_000 });
}

export async function activateRules(page) {
  await page.getByRole('button', { name: 'Activate for a site' }).first().click();
  await page.getByRole('menuitem', { name: kSite, exact: true }).click();
  await page.getByText(`crs is in force for ${kSite}.`).waitFor({ timeout: 300_000 });
}

export async function refusesBrokenRules(page, gateway, scratch) {
  const archive = join(scratch, 'broken.conf');
  await writeFile(archive, 'SecRule ARGS "@rx (unclosed" "id:1,phase:2,deny"\n');
  await page.goto(`${gateway.admin}/rulesets`);
  await page.locator('input[type=file]').setInputFiles(archive);
  await page.getByRole('button', { name: 'Import rule set' }).click();
  await page.getByText(/broken\.conf:1/).first().waitFor();
}

export async function blocksAttack({ ports }) {
  const answer = await request({ port: ports.https, host: kHost, path: kAttack });
  expect(answer.status === 403, `status ${answer.status} for an attack: ${answer.body.slice(0, 300)}`);
  const id = /<code>([^<]+)<\/code>/.exec(answer.body)?.[1] ?? /"id":"([^"]+)"/.exec(answer.body)?.[1];
  expect(id, `no event id on the block page: ${answer.body.slice(0, 400)}`);
  return id;
}

export async function findsEvent(page, gateway, id) {
  await page.goto(`${gateway.admin}/`);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search for' }).fill(id);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^SQL injection in .*parameter id of GET \/, blocked/ }).waitFor();
  const panel = page.getByRole('complementary', { name: 'Event' });
  await panel.getByText('942100', { exact: true }).waitFor();
  const marked = await panel.locator('mark').allTextContents();
  expect(marked.some((text) => text.length > 0), 'no matched text is marked');
  expect(page.url().includes(`/events/${id}`), `the event has no URL of its own: ${page.url()}`);
}

export async function switchToDetection(page, gateway) {
  await page.goto(`${gateway.admin}/sites/${kSite}`);
  await page.getByRole('button', { name: 'Change mode' }).click();
  await page.getByRole('menuitem', { name: 'Switch to detection' }).click();
  await page.getByText(`${kSite} now records attacks and lets them pass.`).waitFor();
}

export async function letsAttackPass({ ports }) {
  const answer = await request({ port: ports.https, host: kHost, path: kAttack });
  expect(answer.status === 200, `status ${answer.status} in detection mode`);
  expect(answer.body.startsWith('upstream GET'), 'the attack did not reach the upstream');
}

export async function showsDetectedEvent(page, gateway) {
  await until('a detected event is listed', async () => {
    await page.goto(`${gateway.admin}/events?site=${kSite}&decision=detected`);
    await page.locator('[data-key], .state h3').first().waitFor();
    return (await page.locator('[data-key]').count()) > 0;
  });
  await page.locator('[data-key] td').first().click();
  await page.getByRole('heading', { name: /, detected(, score \d+)?$/ }).waitFor();
}

export async function refusesForeignKey(page, gateway, certificate, scratch) {
  execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', join(scratch, 'other.pem')], { stdio: 'ignore' });
  const pem = `${await readFile(certificate.chain, 'utf8')}${await readFile(join(scratch, 'other.pem'), 'utf8')}`;
  await page.goto(`${gateway.admin}/certificates`);
  await page.getByRole('button', { name: 'Add certificate' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('wrong');
  await page.getByRole('textbox', { name: 'PEM' }).fill(pem);
  await page.getByRole('button', { name: 'Upload certificate' }).click();
  const refusal = await page.getByRole('alert').innerText();
  expect(/key/i.test(refusal), `the refusal does not speak of the key: ${refusal}`);
}
