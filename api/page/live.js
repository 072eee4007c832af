// Keeps a book of jobs in step with the daemon: lists them once, then follows events, and takes up
// again after every break, telling what it is at.

import { ApiError } from './api.js';
import { EventReader } from './event_reader.js';

const pageJobs = 1000;
const silentMax = 40_000; // The daemon says something every 15 seconds.
const pauseMax = 10_000;
const jobEvents = new Set(['state', 'progress', 'file_transferred', 'removed']);

export class Live extends EventTarget {
  #stop = new AbortController();
  #lastId = null;
  #waiting = null; // Events that came while jobs are being listed.
  #wake = () => {};
  state = 'connecting'; // live, waiting
  everyone = false; // Jobs of all users.
  loaded = false;

  constructor(api, book) {
    super();
    this.api = api;
    this.book = book;
  }

  async run() {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow(() => (failures = 0));
      } catch (error) {
        if (error.status === 401) return;
      }
      if (this.#stop.signal.aborted) return;
      this.#enter('waiting');
      await this.#pause(Math.min(250 * 2 ** failures++, pauseMax));
    }
  }

  stop() {
    this.#stop.abort();
    this.#wake();
  }

  // Somebody knows that it is worth trying now.
  hurry() {
    this.#wake();
  }

  #pause(time) {
    return new Promise((done) => {
      const timer = setTimeout(done, time);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  // One stream, to its end.
  async #follow(onReady) {
    const stop = new AbortController();
    const end = () => stop.abort();
    this.#stop.signal.addEventListener('abort', end);
    let watch = setTimeout(end, silentMax);
    try {
      const headers = this.#lastId ? { 'Last-Event-ID': this.#lastId } : {};
      const answer = await this.api.open('GET', '/v1/events', { headers, signal: stop.signal });
      const reader = new EventReader();
      const decoder = new TextDecoder();
      const body = answer.body.getReader();
      for (;;) {
        const { done, value } = await body.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(end, silentMax);
        for (const event of reader.feed(decoder.decode(value, { stream: true }))) {
          if (event.name === 'ready') onReady();
          if (!(await this.#take(event, stop))) return;
        }
      }
    } finally {
      clearTimeout(watch);
      stop.abort();
      this.#waiting = null;
      this.#stop.signal.removeEventListener('abort', end);
    }
  }

  // False: this stream is of no use.
  async #take(event, stop) {
    if (event.name === 'ready') {
      if (JSON.parse(event.data).resumed) {
        this.#lastId = event.id ?? this.#lastId;
        this.#enter('live');
        return true;
      }
      if (this.#lastId) {
        // Of an earlier run of the daemon, or too long ago: another stream, and all jobs anew.
        this.#lastId = null;
        return false;
      }
      this.#lastId = event.id;
      this.#waiting = [];
      this.#list(stop.signal).catch(() => stop.abort());
      return true;
    }
    if (!jobEvents.has(event.name)) return true;
    if (this.#waiting) this.#waiting.push(event);
    else this.#apply(event);
    return true;
  }

  #apply(event) {
    const { job } = JSON.parse(event.data);
    if (event.name === 'removed') this.book.remove(job.id);
    else this.book.put(job);
    if (event.id) this.#lastId = event.id;
    this.dispatchEvent(new CustomEvent('job', { detail: { kind: event.name, job } }));
  }

  async #list(signal) {
    const seen = new Set();
    let after = null;
    this.everyone = true;
    do {
      const page = await this.#page(after, signal);
      for (const job of page.jobs) {
        seen.add(job.id);
        this.book.put(job);
      }
      after = page.next ?? null;
      this.dispatchEvent(new Event('jobs'));
    } while (after !== null);
    this.book.keepOnly(seen);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const event of waiting) this.#apply(event);
    this.loaded = true;
    this.dispatchEvent(new Event('jobs'));
    this.#enter('live');
  }

  // Everyone's where that is allowed, else the caller's own.
  async #page(after, signal) {
    const query = `limit=${pageJobs}${after === null ? '' : `&after=${after}`}`;
    try {
      return await this.api.get(`/v1/jobs?${query}${this.everyone ? '&all=true' : ''}`, { signal });
    } catch (error) {
      const mayNot = error instanceof ApiError && error.code === 'access_denied' && this.everyone;
      if (!mayNot) throw error;
      this.everyone = false;
      return this.#page(after, signal);
    }
  }
}
