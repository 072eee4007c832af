// All jobs as the page knows them: kept in order, counted by group, found by words. Pure.

export const groups = ['active', 'waiting', 'stopped', 'failed', 'done'];

const groupOfState = {
  connecting: 'active',
  transferring: 'active',
  queued: 'waiting',
  transient_error: 'waiting',
  suspended: 'stopped',
  error: 'failed',
  transferred: 'done',
  acknowledged: 'done',
  cancelled: 'done',
};

export function groupOf(job) {
  return groupOfState[job.state] ?? 'waiting';
}

export function isFinal(job) {
  return job.state === 'acknowledged' || job.state === 'cancelled';
}

// Only what lists show is kept of each; the rest is asked for when a job is looked at.
function kept(job) {
  return {
    id: job.id,
    name: String(job.spec?.name ?? ''),
    priority: job.spec?.priority ?? 'foreground',
    state: job.state,
    progress: job.progress ?? {},
    error: job.error ?? null,
    owner: job.owner,
    created: job.created ?? '',
  };
}

export class JobBook {
  #jobs = new Map();
  #order = []; // Ids by creation, oldest first.
  #counts = Object.fromEntries(groups.map((group) => [group, 0]));
  // Another number whenever a list may have other members or another order.
  version = 0;

  get size() {
    return this.#jobs.size;
  }

  get(id) {
    return this.#jobs.get(id);
  }

  counts() {
    return { all: this.#jobs.size, ...this.#counts };
  }

  put(info) {
    const job = kept(info);
    if (isFinal(job)) return this.remove(job.id);
    const before = this.#jobs.get(job.id);
    this.#jobs.set(job.id, job);
    if (!before) this.#insert(job);
    if (before) --this.#counts[groupOf(before)];
    ++this.#counts[groupOf(job)];
    const moved = !before || groupOf(before) !== groupOf(job) || before.name !== job.name;
    if (moved) ++this.version;
    return job;
  }

  remove(id) {
    const before = this.#jobs.get(id);
    if (!before) return null;
    this.#jobs.delete(id);
    --this.#counts[groupOf(before)];
    ++this.version;
    return null;
  }

  // After everything was listed anew: what was not is gone.
  keepOnly(ids) {
    for (const id of [...this.#jobs.keys()]) {
      if (!ids.has(id)) this.remove(id);
    }
  }

  // Ids, newest first.
  find({ group = 'all', words = '' } = {}) {
    this.#tidy();
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (let at = this.#order.length - 1; at >= 0; --at) {
      const job = this.#jobs.get(this.#order[at]);
      if (group !== 'all' && groupOf(job) !== group) continue;
      const text = parts.length ? `${job.name} ${job.id}`.toLowerCase() : '';
      if (parts.every((part) => text.includes(part))) found.push(job.id);
    }
    return found;
  }

  active() {
    return this.find({ group: 'active' }).map((id) => this.#jobs.get(id));
  }

  #insert(job) {
    let at = this.#order.length;
    // Lists come oldest first, so this nearly always ends at once.
    while (at > 0 && (this.#jobs.get(this.#order[at - 1])?.created ?? '') > job.created) --at;
    this.#order.splice(at, 0, job.id);
  }

  #tidy() {
    if (this.#order.length === this.#jobs.size) return;
    const seen = new Set();
    this.#order = this.#order.filter((id) => {
      const there = this.#jobs.has(id) && !seen.has(id);
      seen.add(id);
      return there;
    });
  }
}
