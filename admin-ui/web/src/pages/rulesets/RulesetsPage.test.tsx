import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderApp } from '@/test/render';

async function importFile() {
  const input = await screen.findByLabelText(/Drop a rule set here/);
  await userEvent.upload(input, new File(['x'], 'coreruleset-4.zip'));
  await userEvent.click(await screen.findByRole('button', { name: 'Import rule set' }));
}

it('tells how much of a set runs in Hyperscan', async () => {
  renderApp('/rulesets');
  expect(await screen.findByText('308 of 318 in Hyperscan')).toBeTruthy();
});

it('imports by stages and offers to activate the result', async () => {
  const { server } = renderApp('/rulesets');
  await importFile();
  expect(await screen.findByText(/crs is imported: 702 rules \(131 new, 64 changed/)).toBeTruthy();
  const upload = server.requests.find((request) => request.path === '/rulesets/import');
  expect(upload?.headers['X-Filename']).toBe('coreruleset-4.zip');
});

it('shows each finding with file and line when a set is refused', async () => {
  const { server } = renderApp('/rulesets');
  server.intercept = (request) =>
    request.path.startsWith('/jobs/')
      ? new Response(
          JSON.stringify({
            id: 'j', state: 'failed', stage: 'parse', done: 0, total: 0,
            error: { message: 'the rule set does not load', diagnostics: [{ severity: 'error', file: 'rules/a.conf', line: 12, message: 'missing close parenthesis' }] },
          }),
        )
      : undefined;
  await importFile();
  expect(await screen.findByText('rules/a.conf:12')).toBeTruthy();
  expect(screen.getByText('missing close parenthesis')).toBeTruthy();
});
