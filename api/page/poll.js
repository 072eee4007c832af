// Asks again and again while a view is looked at: not while the tab is hidden, never twice at once.

export class Poll {
  #timer = null;
  #stop = new AbortController();
  #running = false;

  // `ask(signal)`; `onError(error)`.
  constructor(ask, { every = 2000, onError = () => {} } = {}) {
    Object.assign(this, { ask, every, onError });
    document.addEventListener('visibilitychange', () => this.now(), { signal: this.#stop.signal });
    this.now();
  }

  async now() {
    if (this.#running || this.#stop.signal.aborted || document.hidden) return;
    clearTimeout(this.#timer);
    this.#running = true;
    try {
      await this.ask(this.#stop.signal);
    } catch (error) {
      if (error.name !== 'AbortError') this.onError(error);
    }
    this.#running = false;
    if (!this.#stop.signal.aborted) this.#timer = setTimeout(() => this.now(), this.every);
  }

  end() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }
}
