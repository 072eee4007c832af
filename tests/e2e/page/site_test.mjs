// The site view against a living node: what it served, what may be asked, what stays, what goes.
//
// With FRESHET_PAGE_PICTURES=FOLDER it leaves a picture there.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import {
  makeFolder,
  openBrowser,
  phone,
  quiet,
  seriousFindings,
  signedIn,
  Suite,
  wide,
} from './browser.mjs';
import { Daemon } from './daemon.mjs';
import { Origin } from './origin.mjs';

const MiB = 1 << 20;
const pictures = process.env.FRESHET_PAGE_PICTURES;
const suite = new Suite(after);
let origin, daemon, browser, node;

before(async () => {
  const folder = makeFolder(suite);
  origin = await new Origin().start();
  suite.after(() => origin.stop());
  const settings = `${folder}/freshet.toml`;
  writeFileSync(
    settings,
    '[node]\nenabled = true\nlisten = ["127.0.0.1:0"]\nallow = ["127.0.0.1:*"]\n' +
      'origin_networks = ["127.0.0.0/8"]\n',
  );
  daemon = await new Daemon(`${folder}/a`, { words: ['--policy-file', settings] }).start();
  suite.after(() => daemon.stop());
  node = Number(/listening node port=(\d+)/.exec(daemon.log)[1]);
  browser = await openBrowser(suite);
});

// What a client of the node gets of an origin's URL.
async function throughNode(url) {
  const { host, pathname } = new URL(url);
  const answer = await fetch(`http://127.0.0.1:${node}${pathname}?cacheHostOrigin=${host}`);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

// Fetched, and stored by the node.
async function stored(name, size) {
  const file = origin.serve(name, size);
  const { objects = 0 } = await daemon.call('GET', '/v1/node');
  assert.ok((await throughNode(file.url)).equals(file.bytes));
  while (((await daemon.call('GET', '/v1/node')).objects ?? 0) <= objects);
  return file;
}

function tile(page, label) {
  return page.locator('.tile', { hasText: label });
}

test('the site tells what the node served and from where', async () => {
  const file = await stored('update.cab', 2 * MiB);
  const { page, troubles } = await signedIn(browser, daemon, 'overview');
  await page.getByRole('link', { name: 'Site', exact: true }).click();
  await page.getByText(`listens on ${node}`).waitFor();
  await tile(page, 'Served').getByText('1 request').waitFor();
  await tile(page, 'Stored').getByText('1 object').waitFor();

  await throughNode(file.url);

  await tile(page, 'Served').getByText('2 requests').waitFor();
  await tile(page, 'From the cache').getByText('50%').waitFor();
  await tile(page, 'Saved at origins').getByText('2.0 MiB', { exact: true }).waitFor();
  const hits = page.getByRole('row', { name: /^From the cache/ });
  assert.match(await hits.innerText(), /1\s+50%/);
  quiet(troubles);
});

test('origins are allowed and urls pinned from the site', async () => {
  const { page, troubles } = await signedIn(browser, daemon, 'site');
  await page.getByLabel('Allow an origin').fill('*.example');
  await page.getByLabel('Allow an origin').press('Enter');
  const removal = page.getByRole('button', { name: 'Remove *.example' });
  await removal.waitFor();
  assert.ok((await daemon.call('GET', '/v1/node/allow')).patterns.includes('*.example'));
  await removal.click();
  await removal.waitFor({ state: 'detached' });
  assert.ok(!(await daemon.call('GET', '/v1/node/allow')).patterns.includes('*.example'));

  await page.getByLabel('Allow an origin').fill('a*b');
  await page.getByLabel('Allow an origin').press('Enter');
  await page.locator('.note.error').waitFor();
  await page.getByLabel('Pin a URL').fill('http://a.example/x*');
  await page.getByLabel('Pin a URL').press('Enter');
  const unpin = page.getByRole('button', { name: 'Remove http://a.example/x*' });
  await unpin.waitFor();
  assert.deepEqual((await daemon.call('GET', '/v1/node/pins')).urls, ['http://a.example/x*']);
  await unpin.click();
  await unpin.waitFor({ state: 'detached' });
  quiet(troubles);
});

test('a url is fetched ahead and forgotten from the site', async () => {
  const file = origin.serve('ahead.cab', MiB);
  const { page, troubles } = await signedIn(browser, daemon, 'site');
  await page.getByLabel('URL', { exact: true }).fill(file.url);
  const { objects } = await daemon.call('GET', '/v1/node');
  await page.getByRole('button', { name: 'Fetch ahead' }).click();
  await tile(page, 'Stored')
    .getByText(`${objects + 1} object`)
    .waitFor();
  // It was no client's request.
  const fetched = page.getByRole('row', { name: /^Fetched from the origin/ });
  assert.match(await fetched.innerText(), /1\s+50%/);

  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await page.getByRole('button', { name: 'Forget it' }).click();

  await page.locator('#notes').getByText('Forgot 1 URL').waitFor();
  await tile(page, 'Stored').getByText(`${objects} object`).waitFor();
  quiet(troubles);
});

for (const dress of [
  { name: 'light', viewport: wide, scheme: 'light' },
  { name: 'dark', viewport: wide, scheme: 'dark' },
  { name: 'phone', viewport: phone, scheme: 'light' },
]) {
  test(`nothing of the site is in the way of anyone: ${dress.name}`, async () => {
    const { page, troubles } = await signedIn(browser, daemon, 'site', dress);
    await tile(page, 'Served').getByText('request').waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    const link = await page.getByRole('link', { name: 'Site', exact: true }).boundingBox();
    assert.ok(link.x >= 0 && link.x + link.width <= dress.viewport.width, 'its link is seen');
    const wideBy = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wideBy <= 0, `${wideBy} pixels too wide`);
    if (pictures)
      await page.screenshot({ path: `${pictures}/site-${dress.name}.png`, fullPage: true });
    quiet(troubles);
  });
}
