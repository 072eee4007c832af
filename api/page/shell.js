// What stands around every view: where one is, whether it is live, and the way out.
import { h, replace, setAttribute, setText } from './dom.js';
import { announce } from './announce.js';
import { icon } from './icons.js';
import { addressOf, routeOf } from './router.js';
import { isDark, switchTheme } from './theme.js';

const stateWords = {
  connecting: ['Connecting…', 'waiting'],
  live: ['Live', 'active', 'live'],
  waiting: ['Reconnecting…', 'failed'],
};

export class Shell {
  #view = null;
  #stop = new AbortController();
  #lost = false;

  // Views: {name: {label, make(part)}}.
  constructor({ views, live, onLeave }) {
    Object.assign(this, { views, live });
    this.names = Object.keys(views);
    this.main = h('main', { id: 'main', tabindex: '-1' });
    this.links = this.names.map((name) =>
      h(
        'a',
        { href: addressOf(name), 'data-view': name, hidden: Boolean(views[name].later) },
        views[name].label,
      ),
    );
    this.state = h('span', { class: 'badge' });
    this.theme = h('button', {
      type: 'button',
      class: 'quiet round',
      on: { click: () => switchTheme() },
    });
    const leave = h(
      'button',
      { type: 'button', class: 'quiet', on: { click: onLeave } },
      'Sign out',
    );
    this.banner = h('div', { class: 'banner', role: 'status', hidden: true });
    this.element = h(
      'div',
      { class: 'shell' },
      h(
        'header',
        {},
        h('a', { class: 'brand', href: addressOf(this.names[0]) }, icon('wave'), 'Freshet'),
        this.state,
        this.theme,
        leave,
      ),
      h('nav', { 'aria-label': 'Views' }, this.links),
      this.banner,
      this.main,
    );
    const options = { signal: this.#stop.signal };
    addEventListener('hashchange', () => this.#go(true), options);
    addEventListener('themechange', () => this.#showTheme(), options);
    live.addEventListener('state', () => this.#showState(), options);
  }

  start() {
    this.#showTheme();
    this.#showState();
    this.#go(false);
  }

  // A view that was not there from the beginning.
  reveal(name) {
    const link = this.links.find((one) => one.dataset.view === name);
    link.hidden = false;
    this.#showLink();
  }

  // On a phone the row of links is wider than the screen.
  #showLink() {
    const link = this.links.find((one) => one.ariaCurrent === 'page');
    link?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }

  end() {
    this.#stop.abort();
    this.#view?.end();
  }

  #go(moved) {
    const { view, part } = routeOf(location.hash, this.names, this.names[0]);
    this.#view?.end();
    this.#view = this.views[view].make(part);
    replace(this.main, this.#view.element);
    this.#view.shown?.();
    for (const link of this.links) {
      setAttribute(link, 'aria-current', link.dataset.view === view ? 'page' : null);
    }
    this.#showLink();
    document.title = `${this.#view.title} · Freshet`;
    if (!moved) return;
    scrollTo(0, 0);
    this.main.focus({ preventScroll: true });
  }

  #showTheme() {
    const dark = isDark();
    this.theme.replaceChildren(icon(dark ? 'sun' : 'moon'));
    setAttribute(this.theme, 'aria-label', dark ? 'Use light colours' : 'Use dark colours');
    setAttribute(this.theme, 'title', dark ? 'Use light colours' : 'Use dark colours');
  }

  #showState() {
    const { state } = this.live;
    const [text, tone, drawing = tone] = stateWords[state];
    this.state.className = `badge is-${tone}`;
    replace(this.state, icon(drawing), h('span', {}, text));
    this.banner.hidden = state !== 'waiting';
    setText(
      this.banner,
      state === 'waiting'
        ? 'The daemon does not answer. What is shown may be old; the page goes on by itself.'
        : '',
    );
    if (state === 'waiting') this.#lost = true;
    if (state === 'live' && this.#lost) {
      this.#lost = false;
      announce('The daemon answers again.');
    }
  }
}
