// The form for a new job.
import { h } from './dom.js';
import { openDialog, tell } from './dialog.js';
import { nameOf } from './format.js';
import { icon } from './icons.js';
import { priorities } from './job_words.js';

const folderKey = 'freshet-folder';

// Files out of lines: a URL, and mirrors of the same bytes behind it. Pure; throws what is wrong.
export function filesOf({ urls, folder, sha256 = '' }) {
  const lines = urls
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length === 0) throw new Error('Give at least one address.');
  if (!folder.startsWith('/')) throw new Error('The folder is a whole path, as /srv/files.');
  if (sha256 && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new Error('A SHA-256 has 64 hexadecimal digits.');
  if (sha256 && lines.length > 1) throw new Error('A SHA-256 is of one file; there are several.');
  const files = lines.map((line) => {
    const all = line.split(/\s+/);
    for (const url of all) checkUrl(url);
    const name = nameOf(all[0].replace(/^[a-z]+:\/\/[^/]*/i, ''));
    if (!name || name === '.' || name === '..' || name.includes('/')) {
      throw new Error(`${all[0]} names no file.`);
    }
    return {
      urls: all,
      path: `${folder.replace(/\/+$/, '')}/${name}`,
      ...(sha256 ? { sha256: sha256.toLowerCase() } : {}),
    };
  });
  const paths = new Set(files.map((file) => file.path));
  if (paths.size < files.length) throw new Error('Two of these would have the same path.');
  return files;
}

function checkUrl(url) {
  if (!/^https?:\/\/[^/\s]+\//i.test(url))
    throw new Error(`${url} is no http or https address of a file.`);
}

function field(label, control, hint) {
  const described = hint ? `${control.id}-hint` : null;
  if (described) control.setAttribute('aria-describedby', described);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: control.id }, label),
    control,
    hint ? h('p', { class: 'hint', id: described }, hint) : null,
  );
}

// The head of a view that jobs are made from.
export function headWithNewJob(title, api) {
  const add = h(
    'button',
    { type: 'button', class: 'primary', on: { click: () => openNewJob(api) } },
    icon('plus'),
    'New job',
  );
  return h('div', { class: 'view-head' }, h('h1', {}, title), add);
}

function openNewJob(api) {
  const urls = h('textarea', {
    id: 'new-urls',
    rows: 4,
    required: true,
    spellcheck: 'false',
    wrap: 'off',
  });
  const folder = h('input', {
    id: 'new-folder',
    required: true,
    spellcheck: 'false',
    value: localStorage.getItem(folderKey) ?? '',
  });
  const name = h('input', { id: 'new-name', maxlength: 256, autocomplete: 'off' });
  const priority = h(
    'select',
    { id: 'new-priority' },
    priorities.map((one) => h('option', {}, one)),
  );
  const sha256 = h('input', { id: 'new-sha256', spellcheck: 'false', autocomplete: 'off' });
  const limit = h('input', {
    id: 'new-limit',
    type: 'number',
    min: 0,
    value: 0,
    inputmode: 'numeric',
  });
  const start = h('input', { id: 'new-start', type: 'checkbox', checked: true });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const form = h(
    'form',
    { id: 'new-job', on: { submit } },
    field(
      'Addresses',
      urls,
      'One file a line. Mirrors of the same file follow its address, with a space between.',
    ),
    field('Folder', folder, 'Where the daemon puts the files; it must exist.'),
    h('div', { class: 'fields' }, field('Name', name), field('Priority', priority)),
    h(
      'details',
      {},
      h('summary', {}, 'More'),
      field('SHA-256', sha256, 'Of a single file, as its publisher gives it.'),
      field('Limit in KiB/s', limit, '0 is none.'),
    ),
    h('div', { class: 'check' }, start, h('label', { for: 'new-start' }, 'Start at once')),
    wrong,
  );
  const cancel = h('button', { type: 'button', on: { click: () => dialog.close() } }, 'Cancel');
  const create = h('button', { type: 'submit', form: 'new-job', class: 'primary' }, 'Create');
  const dialog = openDialog('New job', form, [cancel, create]);
  urls.focus();

  async function submit(event) {
    event.preventDefault();
    wrong.textContent = '';
    try {
      const files = filesOf({
        urls: urls.value,
        folder: folder.value.trim(),
        sha256: sha256.value.trim(),
      });
      const spec = {
        name: name.value.trim() || nameOf(files[0].path),
        priority: priority.value,
        limit_bytes_per_second: Math.max(0, Math.floor(Number(limit.value) || 0)) * 1024,
      };
      create.disabled = true;
      await api.post(
        '/v1/jobs',
        { spec, files, start: start.checked },
        { headers: { 'Idempotency-Key': crypto.randomUUID() } },
      );
      localStorage.setItem(folderKey, folder.value.trim());
      dialog.close();
      tell(`Created “${spec.name}”.`);
    } catch (error) {
      wrong.textContent = error.advice ? `${error.message}. ${error.advice}` : error.message;
    } finally {
      create.disabled = false;
    }
  }
}
