import type { Job } from '@/api/rulesets';
import type { Certificate, Listener, Ruleset, Site, Upstream } from '@/api/types';
import { eventCounts, findEvents, overview, ruleCostsOf, rulesOf, statusOf, tailEvents } from './handlers';
import { createState, type MockOptions, type MockState } from './state';

// The API of packaging/docs/api.md in memory: for `npm run mock`, the screenshots and the specs.

export interface MockRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

type Named = Site | Upstream | Listener | Certificate | Ruleset;
const kKinds = ['sites', 'upstreams', 'listeners', 'certificates', 'rulesets'] as const;
type Kind = (typeof kKinds)[number];

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(typeof target === 'object' ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

export class MockServer {
  state: MockState;
  readonly requests: MockRequest[] = [];
  /** A spec may answer a call itself: return undefined to let the usual answer be given. */
  intercept: ((request: MockRequest) => Response | undefined | Promise<Response | undefined>) | undefined;

  constructor(options: MockOptions = {}) {
    this.state = createState(options);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input), 'https://gateway.test');
    const text = typeof init?.body === 'string' ? init.body : '';
    const request: MockRequest = {
      method: init?.method ?? 'GET',
      path: url.pathname.replace(/^\/api\/v1/, ''),
      query: url.searchParams,
      body: text ? JSON.parse(text) : undefined,
      headers: { ...(init?.headers as Record<string, string>) },
    };
    this.requests.push(request);
    const answer = await this.intercept?.(request);
    return answer ?? this.answer(request);
  };

  private answer(request: MockRequest): Response {
    try {
      const [status, body] = this.route(request);
      return new Response(status === 204 ? null : JSON.stringify(body), { status });
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      const error = { code: refusal.code, message: refusal.message, request_id: '01k3mock000001', ...refusal.extra };
      return new Response(JSON.stringify({ error }), { status: refusal.status });
    }
  }

  private session() {
    const { must_change_password = false, role = 'admin' } = this.state.options;
    return { user: role === 'admin' ? 'admin' : 'tomas', role, must_change_password, csrf_token: 'mock-csrf' };
  }

  private route(request: MockRequest): [number, unknown] {
    const { state } = this;
    const [kind = '', name = '', act = ''] = request.path.split('/').filter(Boolean).map(decodeURIComponent);
    const key = `${request.method} ${kind}`;
    if (key === 'POST session' && name === 'password') {
      state.options.must_change_password = false;
      return [204, null];
    }
    if (key === 'POST session') {
      const { password } = request.body as { password: string };
      if (password === 'wrong') throw new Refusal(401, 'unauthenticated', 'the user or the password is wrong');
      state.options.logged_in = true;
      return [200, this.session()];
    }
    if (state.options.logged_in === false) throw new Refusal(401, 'unauthenticated', 'log in first');
    if (request.method !== 'GET' && request.headers['X-CSRF-Token'] !== 'mock-csrf') throw new Refusal(403, 'denied', 'the CSRF token is missing');
    if (key === 'GET session') return [200, this.session()];
    if (key === 'DELETE session') {
      state.options.logged_in = false;
      return [204, null];
    }
    if (request.method !== 'GET' && state.options.role === 'viewer') throw new Refusal(403, 'denied', 'your role may not change anything');
    if (key === 'GET overview') return [200, overview(state, request.query)];
    if (key === 'GET status') return [200, statusOf(state)];
    if (key === 'GET settings') return [200, state.settings];
    if (key === 'GET users') return [200, { items: state.users }];
    if (kind === 'config' && name === 'versions') return [200, act ? { version: ++state.version } : { versions: state.versions }];
    if (kind === 'events') return [200, this.events(request, name)];
    if (kind === 'jobs') return [200, this.job(request, name)];
    if (kind === 'upstreams' && name === 'probe') return [200, this.probe(request)];
    if (kind === 'rulesets' && name === 'import') return [202, { job: this.startJob(request) }];
    if (kind === 'rulesets' && act === 'rules') return [200, { items: rulesOf() }];
    if (kind === 'rules' && name === 'cost') return [200, ruleCostsOf(request.query.get('site') ?? '')];
    if (act === 'cache' || kind === 'users') return [204, null];
    if ((kKinds as readonly string[]).includes(kind)) return this.object(request, kind as Kind, name);
    throw new Refusal(404, 'not_found', `there is no ${request.path}`);
  }

  private events(request: MockRequest, id: string): unknown {
    if (id === 'counts') return eventCounts(this.state, request.query);
    if (id === 'tail') return tailEvents(this.state, request.query);
    if (!id) return findEvents(this.state, request.query);
    const event = this.state.events.find((item) => item.id === id);
    if (!event) throw new Refusal(404, 'not_found', `there is no event ${id}; it may be older than what is kept`);
    return event;
  }

  private object(request: MockRequest, kind: Kind, name: string): [number, unknown] {
    const { state } = this;
    const items = state[kind] as Named[];
    if (request.method === 'GET' && !name) return [200, { items, version: state.version }];
    const at = items.findIndex((item) => item.name === name);
    if (name && at < 0) throw new Refusal(404, 'not_found', `there is no ${name}`);
    if (request.method === 'GET') return [200, items[at]];
    const expected = request.headers['If-Match'];
    if (expected !== undefined && Number(expected) !== state.version) {
      throw new Refusal(409, 'conflict', `the configuration is at version ${state.version} by now`);
    }
    state.version += 1;
    if (request.method === 'DELETE') {
      items.splice(at, 1);
      return [200, { version: state.version }];
    }
    const item = (request.method === 'PATCH' ? merge(items[at], request.body) : request.body) as Named;
    if (request.method === 'POST') items.push(complete(kind, item));
    else items[at] = item;
    if (kind === 'sites' && at >= 0) keepMode(items[at] as Site);
    return [request.method === 'POST' ? 201 : 200, { item, version: state.version }];
  }

  private probe(request: MockRequest): unknown {
    const { address } = request.body as { address: string };
    return /:(8080|9000)$/.test(address)
      ? { ok: true, message: 'connected in 1 ms, GET / answered 200 in 12 ms' }
      : { ok: false, message: `${address}: connection refused` };
  }

  private startJob(request: MockRequest): string {
    const id = `job-${this.state.jobs.size + 1}`;
    const result = { name: request.query.get('name') ?? 'rules', rules: 702, added: 131, changed: 64, removed: 0, diagnostics: [] };
    this.state.jobs.set(id, { id, state: 'running', stage: 'unpack', done: 0, total: 0, result });
    return id;
  }

  private job(request: MockRequest, id: string): Job {
    const job = this.state.jobs.get(id);
    if (!job) throw new Refusal(404, 'not_found', `there is no job ${id}`);
    if (request.method === 'DELETE') job.state = 'cancelled';
    else if (job.state === 'running') advance(job);
    return { ...job, result: job.state === 'done' ? job.result : null };
  }
}

function keepMode(site: Site): void {
  if (site.status) site.status = { ...site.status, effective_mode: site.waf.mode };
}

function complete(kind: Kind, item: Named): Named {
  if (kind !== 'sites') return item;
  const template = createState().sites[0] as Site;
  return { ...template, ...(item as Site), waf: { ...template.waf, ...(item as Site).waf } };
}

const kStages = ['unpack', 'parse', 'check', 'compile', 'store'] as const;

function advance(job: Job): void {
  if (job.stage === 'compile' && job.done < job.total) {
    job.done = Math.min(job.total, job.done + 3);
    return;
  }
  const next = kStages[kStages.indexOf(job.stage as 'parse') + 1];
  if (!next) job.state = 'done';
  else Object.assign(job, { stage: next, done: 0, total: next === 'compile' ? 36 : 0 });
}
