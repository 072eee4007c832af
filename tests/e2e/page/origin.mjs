// An HTTP origin on loopback: ranges, entity tags, and bodies that come at a pace or wait.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

const chunk = 64 * 1024;

export class Origin {
  #files = new Map();
  #rate = Infinity;
  #next = 0;

  async start() {
    this.server = http.createServer((request, answer) => this.#answer(request, answer));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  // Bytes a second, over all connections.
  pace(rate) {
    this.#rate = rate;
    this.#next = 0;
  }

  serve(name, size) {
    const bytes = randomBytes(size);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#files.set(`/${name}`, { bytes, tag: `"${sha256.slice(0, 16)}"` });
    return { url: this.url(name), bytes, sha256 };
  }

  url(name) {
    return `http://127.0.0.1:${this.server.address().port}/${name}`;
  }

  async #answer(request, answer) {
    const file = this.#files.get(new URL(request.url, 'http://x').pathname);
    if (!file) return answer.writeHead(404, { 'Content-Length': 0 }).end();
    const { bytes, tag } = file;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const begin = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
    answer.writeHead(range ? 206 : 200, {
      'Content-Length': end - begin,
      'Accept-Ranges': 'bytes',
      ETag: tag,
      'Cache-Control': 'max-age=3600',
      ...(range ? { 'Content-Range': `bytes ${begin}-${end - 1}/${bytes.length}` } : {}),
    });
    for (let at = begin; at < end && !answer.destroyed; at += chunk) {
      await this.#turn(Math.min(chunk, end - at));
      if (!answer.write(bytes.subarray(at, Math.min(at + chunk, end)))) await room(answer);
    }
    answer.end();
  }

  #turn(size) {
    if (this.#rate === Infinity) return Promise.resolve();
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + (size * 1000) / this.#rate;
    return new Promise((go) => setTimeout(go, at - now));
  }
}

// Until the answer takes more, or nobody wants it.
function room(answer) {
  return new Promise((go) => {
    if (answer.destroyed) return go();
    const done = () => {
      answer.off('drain', done).off('close', done);
      go();
    };
    answer.on('drain', done).on('close', done);
  });
}
