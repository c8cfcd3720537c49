import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './checks.mjs';

/** A port that is free and stays so: below those that the kernel gives to whoever asks for any. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** One portcullis process on a data directory of its own, which goes away with it. */
export class Gateway {
  output = '';

  static async start(binary) {
    const gateway = new Gateway();
    gateway.data = await mkdtemp(join(tmpdir(), 'portcullis-e2e-'));
    gateway.admin_port = await freePort();
    gateway.admin = `https://127.0.0.1:${gateway.admin_port}`;
    gateway.process = spawn(binary, ['serve', '--data', gateway.data, '--admin', `127.0.0.1:${gateway.admin_port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk) => (gateway.output += chunk);
    gateway.process.stdout.on('data', collect);
    gateway.process.stderr.on('data', collect);
    gateway.process.on('exit', (code, signal) => (gateway.ended = code ?? signal));
    await until('the first password is printed', () => {
      if (gateway.ended !== undefined) throw new Error(`the gateway ended with ${gateway.ended}:\n${gateway.output}`);
      return gateway.firstPassword();
    });
    return gateway;
  }

  firstPassword() {
    return /password[:=]?\s+["“]?([^\s"”,;(]{8,})/i.exec(this.output)?.[1];
  }

  /** SIGTERM, and the exit code of a clean stop. */
  async stop() {
    if (this.ended === undefined) {
      this.process.kill('SIGTERM');
      await until('the gateway stops', () => this.ended !== undefined).catch(() => this.process.kill('SIGKILL'));
    }
    await rm(this.data, { recursive: true, force: true });
    return this.ended;
  }
}
