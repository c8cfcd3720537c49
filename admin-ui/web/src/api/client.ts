import { ApiError } from './error';

// The only place that calls fetch. The session itself is an HttpOnly cookie that no script can read; the CSRF token
// that goes with it lives in this module's memory and is fetched anew after a reload.

const kBase = '/api/v1';
const kTimeoutMs = 120_000;

let csrf_token = '';
let on_unauthenticated: (() => void) | undefined;

export function setCsrfToken(token: string): void {
  csrf_token = token;
}

export function onUnauthenticated(callback: () => void): void {
  on_unauthenticated = callback;
}

export interface CallOptions {
  query?: Record<string, string | number | undefined>;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  ifMatch?: number;
  signal?: AbortSignal;
}

export function apiUrl(path: string, query?: CallOptions['query']): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return `${kBase}${path}${text ? `?${text}` : ''}`;
}

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  let body = options.body;
  if (options.json !== undefined) {
    headers['Content-Type'] ??= 'application/json';
    body = JSON.stringify(options.json);
  }
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf_token;
  if (options.ifMatch !== undefined) headers['If-Match'] = String(options.ifMatch);

  const response = await send(apiUrl(path, options.query), { method, headers, body, signal: options.signal });
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  if (response.status === 401 && !path.startsWith('/session')) on_unauthenticated?.();
  throw ApiError.from(response.status, answer);
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), kTimeoutMs);
  init.signal?.addEventListener('abort', () => timeout.abort());
  try {
    return await fetch(url, { ...init, signal: timeout.signal, credentials: 'same-origin' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, 'unavailable', 'The gateway does not answer. Check that it runs and that you can reach its admin address.');
  } finally {
    clearTimeout(timer);
  }
}
