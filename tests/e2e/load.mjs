import https from 'node:https';
import { expect } from './support/checks.mjs';
import { request } from './support/http.mjs';
import { kHost, kSite } from './story.mjs';

const kClients = 8;
const kChanges = 20;

/**
 * Keep-alive clients in a closed loop, while the configuration is changed twenty times through the API. No request may
 * fail and no connection may break: a change is one store of a pointer.
 */
export async function loadThroughChanges(api, ports, seconds) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: kClients });
  const failures = [];
  let requests = 0;
  let running = true;
  const client = async (number) => {
    while (running) {
      try {
        const answer = await request({ port: ports.https, host: kHost, path: `/load/${number}?q=hello`, agent });
        if (answer.status !== 200) failures.push(`status ${answer.status}`);
      } catch (error) {
        failures.push(error.message);
      }
      requests += 1;
    }
  };
  const clients = Array.from({ length: kClients }, (_, number) => client(number));
  const { waf } = await api.call('GET', `/sites/${kSite}`);
  const pause = (seconds * 1000) / kChanges;
  try {
    for (let change = 0; change < kChanges; change += 1) {
      await api.call('PATCH', `/sites/${kSite}`, { waf: { mode: change % 2 ? 'On' : 'DetectionOnly' } });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    await api.call('PATCH', `/sites/${kSite}`, { waf: { mode: waf.mode } });
  } finally {
    running = false;
    await Promise.all(clients);
    agent.destroy();
  }
  console.log(`        ${requests} requests through ${kChanges} changes, ${failures.length} failed`);
  expect(requests > kChanges, `only ${requests} requests were made`);
  expect(failures.length === 0, `${failures.length} of ${requests} requests failed: ${[...new Set(failures)].slice(0, 5).join('; ')}`);
}
