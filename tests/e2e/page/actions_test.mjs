// Every action of the page, and what it did to the daemon.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { before, after, test } from 'node:test';

import { makeFolder, openBrowser, quiet, signedIn, Suite } from './browser.mjs';
import { Daemon } from './daemon.mjs';
import { Origin } from './origin.mjs';

const MiB = 1 << 20;
const suite = new Suite(after);
let folder, out, origin, daemon, seeder, browser;

before(async () => {
  folder = makeFolder(suite);
  out = `${folder}/out`;
  mkdirSync(out);
  origin = await new Origin().start();
  suite.after(() => origin.stop());
  const peers = ['--peers', 'lan', '--listen', '127.0.0.1:0', '--no-local-search'];
  seeder = await new Daemon(`${folder}/b`, { words: peers }).start();
  suite.after(() => seeder.stop());
  const { port } = await seeder.call('GET', '/v1/peers/port');
  writeFileSync(`${folder}/freshet.toml`, '[policy]\nDOMonthlyUploadDataCap = 7\n');
  daemon = await new Daemon(`${folder}/a`, {
    words: [
      ...peers,
      '--peer',
      `127.0.0.1:${port}`,
      '--policy-file',
      `${folder}/freshet.toml`,
      '--cache',
      String(64 * MiB),
      '--price-per-gb',
      '0.09',
      '--currency',
      'EUR',
    ],
  }).start();
  suite.after(() => daemon.stop());
  browser = await openBrowser(suite);
});

// The row of a job in the list.
function rowOf(page, name) {
  return page.locator('.row', { hasText: name });
}

async function createByForm(page, urls, { name, priority } = {}) {
  await page.getByRole('button', { name: 'New job' }).click();
  await page.getByLabel('Addresses').fill(urls);
  await page.getByLabel('Folder').fill(out);
  if (name) await page.getByLabel('Name').fill(name);
  if (priority) await page.getByLabel('Priority').selectOption(priority);
  await page.getByRole('button', { name: 'Create' }).click();
}

// What the page says at its foot.
function note(page, text) {
  return page.locator('#notes').getByText(text).first().waitFor();
}

async function badge(locator, text) {
  await locator.locator('.badge', { hasText: text }).waitFor();
}

test('a job is made, suspended, resumed, given a priority and completed', async () => {
  const file = origin.serve('image.iso', 12 * MiB);
  origin.pace(3 * MiB);
  const { page, troubles } = await signedIn(browser, daemon, 'jobs');
  await page.getByText('No jobs yet').waitFor();

  await createByForm(page, 'no address', {});
  await page.getByText('is no http or https address').waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await createByForm(page, file.url, { name: 'An image', priority: 'normal' });
  const row = rowOf(page, 'An image');
  await badge(row, 'Transferring');
  await row.getByRole('button', { name: 'Suspend An image' }).click();
  await badge(row, 'Suspended');
  const [job] = (await daemon.call('GET', '/v1/jobs')).jobs;
  assert.equal(job.state, 'suspended');
  assert.equal(job.spec.priority, 'normal');

  await row.getByRole('link', { name: 'An image' }).click();
  await page.getByRole('heading', { name: 'An image' }).waitFor();
  await page.getByLabel('Priority').selectOption('high');
  await note(page, 'is high now');
  assert.equal((await daemon.call('GET', `/v1/jobs/${job.id}`)).spec.priority, 'high');
  await page.getByRole('button', { name: 'Resume An image' }).click();
  await badge(page.locator('.job-head'), 'Transferring');
  await page.locator('.pieces').waitFor();
  origin.pace(Infinity);
  await badge(page.locator('.job-head'), 'Ready');
  await page.locator('.why-events li').first().waitFor();
  await page.getByText(/of \d+ pieces of/).waitFor();
  assert.ok(!existsSync(`${out}/image.iso`));
  await page.getByRole('button', { name: 'Complete An image' }).click();
  await page.getByText('This job is completed').waitFor();
  assert.ok(readFileSync(`${out}/image.iso`).equals(file.bytes));
  quiet(troubles);
});

test('a job that fails says why and what to do, and is cancelled after a question', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'jobs');
  await createByForm(page, origin.url('missing.bin'));
  const row = rowOf(page, 'missing.bin');
  await badge(row, 'Failed');
  await row.getByRole('link').click();
  await page.locator('.callout.bad', { hasText: '404' }).waitFor();
  await page.getByRole('button', { name: 'Cancel missing.bin' }).click();
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.equal((await daemon.call('GET', '/v1/jobs')).jobs.length, 1);
  await page.getByRole('button', { name: 'Cancel missing.bin' }).click();
  await page.getByRole('button', { name: 'Cancel the job' }).click();
  await page.getByText('This job was cancelled').waitFor();
  assert.equal((await daemon.call('GET', '/v1/jobs')).jobs.length, 0);
  quiet(troubles);
});

test('bytes of a peer are shown as such, and so is the peer', async () => {
  const file = origin.serve('shared.bin', 8 * MiB);
  mkdirSync(`${folder}/seed`);
  const spec = { urls: [file.url], path: `${folder}/seed/shared.bin`, sha256: file.sha256 };
  const { id } = await seeder.call('POST', '/v1/jobs', {
    spec: { name: 'seed' },
    files: [spec],
    start: true,
  });
  await seeder.settled(id);
  const content = (await seeder.call('GET', `/v1/jobs/${id}/files`)).files[0].content;
  await seeder.call('POST', `/v1/contents/${content}/share`);
  const nowhere = { urls: ['http://127.0.0.1:1/shared.bin'], path: `${out}/shared.bin`, content };
  const job = await daemon.call('POST', '/v1/jobs', {
    spec: { name: 'From a peer' },
    files: [nowhere],
    start: true,
  });
  assert.equal((await daemon.settled(job.id)).progress.from_peers, 8 * MiB);

  const { page, troubles } = await signedIn(browser, daemon, 'peers');
  const row = page.locator('tbody tr', { hasText: '127.0.0.1' }).first();
  await row.getByText('LAN').waitFor();
  await row.getByText('Freshet').first().waitFor();
  await page.goto(`${daemon.origin}/#/jobs/${job.id}`);
  await page.getByText('100% from peers').waitFor();
  await page.goto(`${daemon.origin}/#/overview`);
  await page.getByRole('cell', { name: '8.0 MiB' }).first().waitFor();
  await page.locator('.tile', { hasText: 'Saved' }).getByText('EUR').first().waitFor();
  await page
    .getByRole('row', { name: /^Worth/ })
    .getByText('EUR')
    .first()
    .waitFor();
  await daemon.call('POST', `/v1/jobs/${job.id}/complete`, {});
  quiet(troubles);
});

test('a stored content is checked, pinned, shared and deleted', async () => {
  const file = origin.serve('kept.bin', 2 * MiB);
  const { id } = await daemon.call('POST', '/v1/jobs', {
    spec: { name: 'kept' },
    files: [{ urls: [file.url], path: `${out}/kept.bin` }],
    start: true,
  });
  await daemon.settled(id);
  await daemon.call('POST', `/v1/jobs/${id}/complete`, {});
  const kept = async () =>
    (await daemon.call('GET', '/v1/contents')).contents.find((one) =>
      one.path.endsWith('kept.bin'),
    );

  const { page, troubles } = await signedIn(browser, daemon, 'cache');
  const row = page.locator('tbody tr', { hasText: 'kept.bin' });
  await row.getByRole('button', { name: 'Verify' }).click();
  await note(page, 'Every byte is right');
  await row.getByRole('button', { name: 'Pin', exact: false }).first().click();
  await row.getByText('pinned').waitFor();
  assert.equal((await kept()).shared_until ?? null, null);
  await row.getByRole('button', { name: 'Unpin' }).click();
  await row.getByText('in the cache').waitFor();
  await row.getByRole('button', { name: 'Share 1 h' }).click();
  await row.getByText('shared until').waitFor();
  await row.getByRole('button', { name: 'Unshare' }).click();
  await row.getByText('in the cache').waitFor();
  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await kept(), undefined);
  assert.ok(existsSync(`${out}/kept.bin`), 'the placed file stays');
  quiet(troubles);
});

test('policies show where they come from, and the file is read again', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'policy');
  const row = page.locator('tbody tr', { hasText: 'DOMonthlyUploadDataCap' });
  await row.getByText('7 GB').waitFor();
  await row.getByText('freshet.toml:2').waitFor();
  writeFileSync(`${folder}/freshet.toml`, '[policy]\nDOMonthlyUploadDataCap = 9\n');
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await row.getByText('9 GB').waitFor();
  writeFileSync(`${folder}/freshet.toml`, '[policy]\nnonsense = 9\n');
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await page.locator('.note.error', { hasText: 'nonsense' }).waitFor();
  await page.getByLabel('Only what was set').check();
  await page.locator('tbody tr', { hasText: 'DOMaxCacheAge' }).waitFor({ state: 'detached' });
  quiet(troubles);
});

test('limits and the use of the network are set', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'machine');
  await page.getByText('The daemon answers').waitFor();
  await page.getByLabel('Download limit, KiB/s').fill('512');
  await page.getByRole('button', { name: 'Set' }).click();
  await note(page, 'take 512.0 KiB/s at most');
  assert.equal((await daemon.call('GET', '/v1/limits')).download_limit, 512 * 1024);
  await page.getByLabel('The network may be used').uncheck();
  await note(page, 'Jobs wait until');
  assert.equal((await daemon.call('GET', '/v1/conditions')).network, false);
  await page.getByLabel('The network may be used').check();
  await note(page, 'is used again');
  quiet(troubles);
});

test('signing out forgets the token', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'overview');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  quiet(troubles);
});
