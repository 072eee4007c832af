// Where the token is asked for.
import { h } from './dom.js';
import { icon } from './icons.js';

// `enter(token)` answers what is wrong, or nothing.
export function loginView({ enter, reason = '' }) {
  const token = h('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'token-hint',
  });
  const wrong = h('p', { class: 'wrong', role: 'alert' }, reason);
  const button = h('button', { type: 'submit', class: 'primary' }, 'Sign in');
  const form = h(
    'form',
    { class: 'card login', on: { submit } },
    h('p', { class: 'brand' }, icon('wave'), 'Freshet'),
    h('h1', {}, 'Sign in'),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'token' }, 'Token'),
      token,
      h(
        'p',
        { class: 'hint', id: 'token-hint' },
        'It stands in ',
        h('code', {}, 'api-token'),
        ' of the daemon’s data directory. ',
        h('code', {}, 'freshet page'),
        ' gives an address that needs none.',
      ),
    ),
    wrong,
    button,
  );

  async function submit(event) {
    event.preventDefault();
    wrong.textContent = '';
    button.disabled = true;
    const trouble = await enter(token.value.trim());
    button.disabled = false;
    if (trouble) {
      wrong.textContent = trouble;
      token.select();
    }
  }
  return { element: h('div', { class: 'login-page' }, form), focus: () => token.focus() };
}
