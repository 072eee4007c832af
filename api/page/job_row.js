// One job in a list.
import { h, setAttribute, setText } from './dom.js';
import { icon } from './icons.js';
import { groupOf } from './job_book.js';
import { ActionButtons } from './job_actions.js';
import { paceText, percentOf, sizeText, stateName } from './job_words.js';
import { ProgressBar } from './progress_bar.js';
import { addressOf } from './router.js';

export class StateBadge {
  #state = null;
  element = h('span', { class: 'badge' });

  show(job) {
    if (job.state === this.#state) return;
    this.#state = job.state;
    const group = groupOf(job);
    setAttribute(this.element, 'class', `badge is-${group}`);
    this.element.replaceChildren(icon(group), h('span', {}, stateName(job.state)));
  }
}

export class JobRow {
  #name = h('a', { class: 'row-name' });
  #badge = new StateBadge();
  #bar = new ProgressBar('Progress');
  #percent = h('span', { class: 'row-percent number' });
  #size = h('span', { class: 'row-size number' });
  #pace = h('span', { class: 'row-pace number' });

  constructor(api, role = 'listitem') {
    this.actions = new ActionButtons(api, { small: true });
    this.element = h(
      'div',
      { class: 'row', role },
      this.#name,
      this.#badge.element,
      this.#percent,
      this.#bar.element,
      this.#size,
      this.#pace,
      this.actions.element,
    );
  }

  get link() {
    return this.#name;
  }

  show(job) {
    setText(this.#name, job.name || job.id);
    setAttribute(this.#name, 'href', addressOf('jobs', job.id));
    setAttribute(this.#name, 'title', job.name);
    this.#badge.show(job);
    this.#bar.show(job.progress);
    setText(this.#percent, percentOf(job.progress));
    setText(this.#size, sizeText(job.progress));
    setText(this.#pace, paceText(job) || (job.error?.code ?? '').replaceAll('_', ' '));
    this.actions.show(job);
  }
}
