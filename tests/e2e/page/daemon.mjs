// `freshetd` in a folder of its own, and calls of its local API.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export class Daemon {
  constructor(folder, { words = [], tcp = '127.0.0.1:0' } = {}) {
    mkdirSync(folder, { recursive: true });
    Object.assign(this, { folder, words, tcp });
    this.socket = `${folder}/s`;
    this.log = '';
  }

  async start() {
    this.process = spawn(
      process.env.FRESHETD,
      ['--data', `${this.folder}/data`, '--socket', this.socket, '--tcp', this.tcp, ...this.words],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env.PATH, HOME: this.folder, FRESHET_PEERS: 'off' },
      },
    );
    this.ended = once(this.process, 'exit');
    const lines = createInterface({ input: this.process.stderr });
    await new Promise((serving, never) => {
      lines.on('line', (line) => {
        this.log += `${line}\n`;
        const port = /listening tcp port=(\d+)/.exec(line);
        if (port) this.port = Number(port[1]);
        if (/ serving$|>serving|serving/.test(line)) serving();
      });
      this.process.on('exit', () => never(new Error(`freshetd ended: ${this.log}`)));
    });
    // The same address after a restart, as a browser expects it.
    this.tcp = `127.0.0.1:${this.port}`;
    this.token = readFileSync(`${this.folder}/data/api-token`, 'utf8').trim();
    this.origin = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async stop(signal = 'SIGTERM') {
    this.process?.kill(signal);
    await this.ended;
  }

  async call(method, path, body) {
    const answer = await fetch(this.origin + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  }

  async settled(job) {
    for (;;) {
      const waited = await this.call('GET', `/v1/jobs/${job}/wait?timeout=5`);
      if (waited.settled) return waited.job;
    }
  }
}

// What a command of `freshet` prints.
export async function freshet(daemon, ...words) {
  const child = spawn(process.env.FRESHET, words, {
    env: { PATH: process.env.PATH, HOME: daemon.folder, FRESHET_SOCKET: daemon.socket },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part) => (text += part));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`freshet ${words.join(' ')} ended with ${code}`);
  return text;
}
