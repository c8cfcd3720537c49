import { createServer } from 'node:http';

/** The site that is protected: echoes what reached it. */
export async function startUpstream() {
  const seen = { requests: 0 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.requests += 1;
      response.setHeader('Content-Type', 'text/plain');
      response.setHeader('Server', 'secret-server/1.0');
      response.end(`upstream ${request.method} ${request.url} ${body}\n`);
    });
  });
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    seen,
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
