// Who comes in, what the browser is allowed, and whether everyone can use it: axe finds nothing
// serious in any view, in light and dark, wide and on a phone.
//
// With FRESHET_PAGE_PICTURES=FOLDER it leaves pictures of every view there.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import {
  makeFolder,
  openBrowser,
  openTab,
  phone,
  quiet,
  seriousFindings,
  signedIn,
  wide,
  Suite,
} from './browser.mjs';
import { Daemon, freshet } from './daemon.mjs';
import { Origin } from './origin.mjs';

const MiB = 1 << 20;
const pictures = process.env.FRESHET_PAGE_PICTURES;
const suite = new Suite(after);
let folder, origin, daemon, browser, running, failed;

// Jobs in every state, a peer that serves, contents that are kept.
before(async () => {
  folder = makeFolder(suite);
  for (const name of ['out', 'seed']) mkdirSync(`${folder}/${name}`);
  origin = await new Origin().start();
  suite.after(() => origin.stop());
  const peers = [
    '--peers',
    'lan',
    '--listen',
    '127.0.0.1:0',
    '--no-local-search',
    '--cache',
    String(256 * MiB),
  ];
  const slow = ['--policy', 'DOMaxUploadBandwidth=1500'];
  const seeder = await new Daemon(`${folder}/b`, { words: [...peers, ...slow] }).start();
  suite.after(() => seeder.stop());
  const { port } = await seeder.call('GET', '/v1/peers/port');
  daemon = await new Daemon(`${folder}/a`, {
    words: [
      ...peers,
      '--peer',
      `127.0.0.1:${port}`,
      '--price-per-gb',
      '0.09',
      '--currency',
      'EUR',
      '--policy',
      'DOMaxDownloadBandwidth=20480',
      '--policy',
      'DOMonthlyUploadDataCap=50',
    ],
  }).start();
  suite.after(() => daemon.stop());
  const make = async (at, name, file, more = {}, start = true) =>
    (
      await at.call('POST', '/v1/jobs', {
        spec: { name, ...more.spec },
        start,
        files: [
          {
            urls: [file.url],
            path: `${folder}/${at === seeder ? 'seed' : 'out'}/${name}`,
            ...more.file,
          },
        ],
      })
    ).id;
  const image = origin.serve('debian-12-amd64.iso', 48 * MiB);
  const seed = await make(seeder, 'seed', image, { file: { sha256: image.sha256 } });
  await seeder.settled(seed);
  const { content } = (await seeder.call('GET', `/v1/jobs/${seed}/files`)).files[0];
  await seeder.call('POST', `/v1/contents/${content}/share`);
  await daemon.settled(
    await make(daemon, 'drivers-2024.tar', origin.serve('drivers-2024.tar', 6 * MiB)),
  );
  const kept = await make(daemon, 'runtime.deb', origin.serve('runtime.deb', 3 * MiB));
  await daemon.settled(kept);
  await daemon.call('POST', `/v1/jobs/${kept}/complete`, {});
  const [first] = (await daemon.call('GET', '/v1/contents')).contents;
  await daemon.call('POST', `/v1/contents/${first.content}/pin`);
  failed = await make(daemon, 'firmware.bin', { url: origin.url('firmware.bin') });
  await daemon.settled(failed);
  await make(
    daemon,
    'archive.tar.zst',
    origin.serve('archive.tar.zst', 9 * MiB),
    { spec: { priority: 'low' } },
    false,
  );
  origin.pace(0.4 * MiB);
  running = await make(
    daemon,
    'model-weights.safetensors',
    origin.serve('model-weights.safetensors', 96 * MiB),
  );
  await make(daemon, 'debian-12-amd64.iso', image, {
    spec: { limit_bytes_per_second: 0 },
    file: { content },
  });
  browser = await openBrowser(suite);
});

test('only who has the token comes in', async () => {
  const { page, troubles } = await openTab(browser, daemon);
  await page.goto(daemon.origin);
  await page.getByLabel('Token').fill('a'.repeat(64));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This is not the token').waitFor();
  if (pictures) await page.screenshot({ path: `${pictures}/login.png` });
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByLabel('Token').fill(daemon.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  quiet(troubles);
});

test('an address of freshet page lets a browser in once', async () => {
  const url = (await freshet(daemon, 'page')).trim();
  assert.ok(url.startsWith(`${daemon.origin}/#code=`));
  const first = await openTab(browser, daemon);
  await first.page.goto(url);
  await first.page.getByRole('heading', { name: 'Overview' }).waitFor();
  assert.ok(!first.page.url().includes('code'));
  const second = await openTab(browser, daemon);
  await second.page.goto(url);
  await second.page.getByText('was used already').waitFor();
  quiet([...first.troubles, ...second.troubles]);
});

test('files of the page are kept by the browser and guarded by their headers', async () => {
  const first = await fetch(`${daemon.origin}/page/main.js`);
  assert.match(first.headers.get('content-type'), /^text\/javascript/);
  assert.equal(first.headers.get('x-content-type-options'), 'nosniff');
  assert.match(
    first.headers.get('content-security-policy'),
    /^default-src 'none';.*frame-ancestors 'none'$/,
  );
  const again = await fetch(`${daemon.origin}/page/main.js`, {
    headers: { 'If-None-Match': first.headers.get('etag') },
  });
  assert.equal(again.status, 304);
  assert.equal((await fetch(`${daemon.origin}/`)).status, 200);
  assert.equal((await fetch(`${daemon.origin}/page/nothing.js`)).status, 401);
  assert.equal((await fetch(`${daemon.origin}/`, { method: 'POST' })).status, 405);
  assert.equal((await fetch(`${daemon.origin}/v1/jobs`)).status, 401);
});

const dresses = [
  { name: 'light', viewport: wide, scheme: 'light' },
  { name: 'dark', viewport: wide, scheme: 'dark' },
  { name: 'phone', viewport: phone, scheme: 'light' },
];
const views = ['overview', 'jobs', 'peers', 'cache', 'policy', 'machine'];

for (const dress of dresses) {
  test(`nothing is in the way of anyone: ${dress.name}`, async () => {
    const { page, troubles } = await signedIn(browser, daemon, 'overview', dress);
    const look = async (name) => {
      await page.locator('main h1').waitFor();
      await page.waitForFunction(
        () => !document.querySelector('main').innerText.includes('Loading'),
      );
      assert.deepEqual(await seriousFindings(page), [], `${name}, ${dress.name}`);
      const wideBy = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wideBy <= 0, `${name} is ${wideBy} pixels too wide`);
      if (pictures)
        await page.screenshot({
          path: `${pictures}/${name}-${dress.name}.png`,
          fullPage: !['jobs', 'running'].includes(name),
        });
    };
    const go = (address) => page.evaluate((hash) => (location.hash = hash), address);
    await page.waitForFunction(() => document.querySelectorAll('.chart-area').length > 0);
    if (pictures) await page.waitForTimeout(12_000);
    for (const view of views) {
      await go(`#/${view}`);
      await look(view);
    }
    for (const [name, id] of [
      ['running', running],
      ['failed', failed],
    ]) {
      await go(`#/jobs/${id}`);
      await page.locator('.why-events li').first().waitFor();
      await look(name);
    }
    await go('#/jobs');
    await page.getByRole('button', { name: 'New job' }).click();
    await page.getByLabel('Addresses').waitFor();
    await look('form');
    quiet(troubles);
  });
}

test('colours are switched and stay so', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'overview');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Use dark colours' }).click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole('button', { name: 'Use light colours' }).waitFor();
  assert.equal(await ground(), dark);
  quiet(troubles);
});

test('without a mouse one gets everywhere', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'overview');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.getByRole('link', { name: 'Jobs', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  await page.locator('.row-name').first().focus();
  await page.keyboard.press('ArrowDown');
  const second = await page.evaluate(() => document.activeElement.closest('.row').ariaPosInSet);
  assert.equal(second, '2');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Why' }).waitFor();
  quiet(troubles);
});
