// The decision record as the page shows it: who sent which piece, bytes over time, where the time
// went, how near the bound it came, peers and advice.
//
// With FRESHET_PAGE_PICTURES=FOLDER it leaves pictures there.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { makeFolder, openBrowser, quiet, seriousFindings, signedIn, Suite } from './browser.mjs';
import { Daemon } from './daemon.mjs';
import { Origin } from './origin.mjs';

const MiB = 1 << 20;
const pictures = process.env.FRESHET_PAGE_PICTURES;
const suite = new Suite(after);
let folder, origin, daemon, browser, image, content, peer;

// A peer that has the image; the origin has it too, and is slow.
before(async () => {
  folder = makeFolder(suite);
  for (const name of ['out', 'seed']) mkdirSync(`${folder}/${name}`);
  origin = await new Origin().start();
  suite.after(() => origin.stop());
  const peers = ['--peers', 'lan', '--listen', '127.0.0.1:0', '--no-local-search'];
  const slow = ['--policy', 'DOMaxUploadBandwidth=4096'];
  const seeder = await new Daemon(`${folder}/b`, { words: [...peers, ...slow] }).start();
  suite.after(() => seeder.stop());
  const { port } = await seeder.call('GET', '/v1/peers/port');
  peer = `127.0.0.1:${port}`;
  daemon = await new Daemon(`${folder}/a`, { words: [...peers, '--peer', peer] }).start();
  suite.after(() => daemon.stop());
  image = origin.serve('image.iso', 12 * MiB);
  const seed = await make(seeder, 'seed', [
    { urls: [image.url], path: `${folder}/seed/image.iso`, sha256: image.sha256 },
  ]);
  await seeder.settled(seed);
  ({ content } = (await seeder.call('GET', `/v1/jobs/${seed}/files`)).files[0]);
  await seeder.call('POST', `/v1/contents/${content}/share`);
  browser = await openBrowser(suite);
});

async function make(at, name, files) {
  return (await at.call('POST', '/v1/jobs', { spec: { name }, start: true, files })).id;
}

function file(name, of, more = {}) {
  return { urls: [of.url], path: `${folder}/out/${name}`, ...more };
}

test('the record of a file tells who sent what, when, and what it waited for', async () => {
  origin.pace(MiB);
  const id = await make(daemon, 'image.iso', [file('image.iso', image, { content })]);
  assert.equal((await daemon.settled(id)).state, 'transferred');
  const { page, troubles } = await signedIn(browser, daemon, `jobs/${id}`);

  const legend = page.getByRole('list', { name: 'Who sent them' });
  await legend.getByText(`LAN peers ${peer}`).waitFor();
  const map = page.locator('canvas.pieces');
  assert.match(await map.getAttribute('aria-label'), /pieces of .* are there, sent by .*LAN peers/);
  const why = page.locator('.why');
  await why.getByText('Where its time went').waitFor();
  await why.getByText('bytes were coming').waitFor();
  await why.getByText('How near it came to what was possible').waitFor();
  await why.getByText('Most from peers').waitFor();
  await why.getByText(/Peers \([12] came\)/).waitFor();
  await why.getByText('States of the job').click();
  await why.locator('details[open] li').getByText('Transferred', { exact: true }).waitFor();
  await page.locator('.chart .legend').getByText('LAN peers').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await page.evaluate(() => scrollTo(0, 0));
  if (pictures) await page.screenshot({ path: `${pictures}/record.png`, fullPage: true });
  quiet(troubles);
});

test('of several files each has its own bytes over time, and what failed has advice', async () => {
  origin.pace(2 * MiB);
  const one = origin.serve('one.bin', 3 * MiB);
  const two = origin.serve('two.bin', 3 * MiB);
  const id = await make(daemon, 'both', [file('one.bin', one), file('two.bin', two)]);
  assert.equal((await daemon.settled(id)).state, 'transferred');
  const { page, troubles } = await signedIn(browser, daemon, `jobs/${id}`);

  for (const name of ['one.bin', 'two.bin']) {
    const article = page.locator('.why-file', { hasText: name });
    await article.getByRole('img', { name: `Sources over time, ${name}` }).waitFor();
    await article.getByText('What would help').waitFor();
    await article.getByText('Most from origins').waitFor();
  }
  assert.deepEqual(await seriousFindings(page), []);
  quiet(troubles);
});
