// What can be done to a job from the page.
import { h } from './dom.js';
import { confirm, tell, tellError } from './dialog.js';
import { icon } from './icons.js';
import { actionNames, actionsOf } from './job_words.js';

const icons = { complete: 'check', resume: 'play', suspend: 'pause', cancel: 'close' };
const done = {
  complete: 'Completed',
  resume: 'Resumed',
  suspend: 'Suspended',
  cancel: 'Cancelled',
};

export async function act(api, job, action) {
  if (action === 'cancel') {
    const agreed = await confirm({
      title: 'Cancel this job?',
      text: `What has arrived of “${job.name}” is dropped. Files that were placed before stay.`,
      action: 'Cancel the job',
    });
    if (!agreed) return;
  }
  try {
    await api.post(`/v1/jobs/${job.id}/${action}`, action === 'complete' ? {} : undefined);
    tell(`${done[action]} “${job.name}”.`);
  } catch (error) {
    tellError(error, `${actionNames[action]} “${job.name}”`);
  }
}

export async function setPriority(api, id, priority) {
  try {
    const job = await api.get(`/v1/jobs/${id}`);
    await api.put(`/v1/jobs/${id}/spec`, { ...job.spec, priority });
    tell(`Priority of “${job.spec.name}” is ${priority} now.`);
  } catch (error) {
    tellError(error, 'Set the priority');
  }
}

// Buttons for what the job's state allows; they keep the focus while they stay.
export class ActionButtons {
  #shown = '';
  #job = null;

  constructor(api, { small = false } = {}) {
    this.api = api;
    this.small = small;
    this.element = h('div', { class: small ? 'actions small' : 'actions' });
  }

  show(job) {
    this.#job = job;
    const actions = actionsOf(job);
    const shown = `${actions.join()} ${job.name}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = this.element.contains(document.activeElement);
    this.element.replaceChildren(...actions.map((action) => this.#button(action)));
    if (focused) this.element.firstChild?.focus();
  }

  #button(action) {
    const kind = action === 'complete' ? 'primary' : action === 'cancel' ? 'quiet' : '';
    return h(
      'button',
      {
        type: 'button',
        class: `${kind} act-${action}`,
        'aria-label': `${actionNames[action]} ${this.#job.name}`,
        title: actionNames[action],
        on: { click: () => act(this.api, this.#job, action) },
      },
      icon(icons[action]),
      h('span', {}, actionNames[action]),
    );
  }
}
