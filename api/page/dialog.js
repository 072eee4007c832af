// Dialogs: a question, and what went wrong. The browser keeps the focus within and gives it back.
import { h } from './dom.js';
import { announce } from './announce.js';

// An open <dialog>; it goes when it is closed.
export function openDialog(title, content, buttons) {
  const heading = h('h2', { id: 'dialog-title' }, title);
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title' },
    h('div', { class: 'dialog' }, heading, content, h('div', { class: 'buttons' }, buttons)),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// Whether it was agreed to.
export function confirm({ title, text, action, danger = true }) {
  return new Promise((answer) => {
    let agreed = false;
    const no = h('button', { type: 'button', on: { click: () => dialog.close() } }, 'Keep');
    const yes = h(
      'button',
      {
        type: 'button',
        class: danger ? 'danger' : 'primary',
        on: { click: () => ((agreed = true), dialog.close()) },
      },
      action,
    );
    const dialog = openDialog(title, h('p', {}, text), [no, yes]);
    dialog.addEventListener('close', () => answer(agreed));
  });
}

// A line at the bottom of the page; errors stay until they are closed.
export function tell(text, { error = false, advice = '' } = {}) {
  const place = document.getElementById('notes');
  const close = h(
    'button',
    { type: 'button', class: 'quiet', on: { click: () => note.remove() } },
    'Close',
  );
  const note = h(
    'div',
    { class: error ? 'note error' : 'note', role: error ? 'alert' : null },
    h('p', {}, text, advice ? h('span', { class: 'advice' }, advice) : null),
    close,
  );
  place.append(note);
  while (place.children.length > 3) place.firstChild.remove();
  if (!error) {
    announce(text);
    setTimeout(() => note.remove(), 6000);
  }
}

export function tellError(error, what) {
  if (error.name === 'AbortError' || error.status === 401) return;
  tell(`${what}: ${error.message}.`, { error: true, advice: error.advice });
}
