import http from 'node:http';
import https from 'node:https';

/** One request to 127.0.0.1 under a host name of our choice; the certificate is not checked, for it is our own. */
export function request({ port, host, path = '/', method = 'GET', tls = true, agent, headers = {}, body, timeout_ms = 60_000 }) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, agent, headers: { Host: host, ...headers }, timeout: timeout_ms };
    const made = tls ? https.request({ ...options, servername: /^[\d.]+(:\d+)?$/.test(host) ? '' : host, rejectUnauthorized: false }) : http.request(options);
    made.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    made.on('timeout', () => made.destroy(new Error(`no answer within ${timeout_ms} ms`)));
    made.on('error', reject);
    made.end(body);
  });
}

/** The admin API as a program uses it: a session cookie and the CSRF token that goes with it. */
export class AdminApi {
  #cookie = '';
  #csrf = '';

  constructor(port) {
    this.port = port;
  }

  async call(method, path, json) {
    const headers = { Cookie: this.#cookie, 'X-CSRF-Token': this.#csrf };
    const body = json === undefined ? undefined : JSON.stringify(json);
    if (body) Object.assign(headers, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
    const answer = await request({ port: this.port, host: `127.0.0.1:${this.port}`, path: `/api/v1${path}`, method, headers, body, timeout_ms: 120_000 });
    const set = answer.headers['set-cookie']?.[0];
    if (set) this.#cookie = set.split(';')[0];
    const value = answer.body ? JSON.parse(answer.body) : null;
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${value?.error?.message ?? answer.body}`);
    return value;
  }

  async logIn(user, password) {
    this.#csrf = (await this.call('POST', '/session', { user, password })).csrf_token;
  }
}
