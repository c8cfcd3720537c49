import { MockServer } from './server';
import type { MockOptions } from './state';

/** Replaces fetch for the API; the screenshot script chooses the scene before the page is loaded. */
export function installMock(): void {
  const scene = (window as { portcullis_mock?: MockOptions }).portcullis_mock ?? {};
  const server = new MockServer(scene);
  const real = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    if (!String(input).startsWith('/api/')) return real(input, init);
    await new Promise((resolve) => setTimeout(resolve, 80));
    return server.fetch(input, init);
  };
}
