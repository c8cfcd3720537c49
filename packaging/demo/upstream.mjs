// A small site to protect: a page with a form that echoes what was sent. usage: node upstream.mjs [PORT]
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 9000);
const limitBytes = 1 << 20;

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function page(request, body) {
  const url = new URL(request.url, 'http://localhost');
  const fields = [...url.searchParams, ...new URLSearchParams(body)];
  const rows = fields.map(([name, value]) => `<tr><td>${escape(name)}</td><td>${escape(value)}</td></tr>`).join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Demo shop</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}
input,button{font:inherit;padding:.4rem .6rem}td{padding:.2rem .8rem .2rem 0;font-family:monospace}</style>
<h1>Demo shop</h1>
<p>This page is served by a small upstream behind Portcullis. It shows back what reached it.</p>
<form method="post" action="/search"><input name="q" placeholder="Search" aria-label="Search"> <button>Send</button></form>
${rows ? `<h2>What arrived</h2><table>${rows}</table>` : ''}
<p>${escape(request.method)} ${escape(url.pathname)}, client ${escape(request.headers['x-forwarded-for'] ?? 'unknown')}</p></html>`;
}

createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
  });
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page(request, Buffer.concat(chunks).toString('utf8')));
  });
}).listen(port, '127.0.0.1', () => console.log(`demo upstream on 127.0.0.1:${port}`));
