// The page while the daemon dies and comes back: it says so, and nothing has to be loaded again.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { makeFolder, openBrowser, quiet, signedIn, Suite } from './browser.mjs';
import { Daemon } from './daemon.mjs';
import { Origin } from './origin.mjs';

const MiB = 1 << 20;
const suite = new Suite(after);

test('jobs go on in the page over a killed daemon, and new ones appear by themselves', async () => {
  const folder = makeFolder(suite);
  mkdirSync(`${folder}/out`);
  const origin = await new Origin().start();
  suite.after(() => origin.stop());
  const daemon = await new Daemon(`${folder}/a`).start();
  suite.after(() => daemon.stop());
  const browser = await openBrowser(suite);
  const file = origin.serve('long.bin', 16 * MiB);
  origin.pace(2 * MiB);
  const make = (name, url) =>
    daemon.call('POST', '/v1/jobs', {
      spec: { name },
      files: [{ urls: [url], path: `${folder}/out/${name}` }],
      start: true,
    });
  const { page, troubles } = await signedIn(browser, daemon, 'jobs');

  await make('long.bin', file.url);
  const row = page.locator('.row', { hasText: 'long.bin' });
  await row.locator('.badge', { hasText: 'Transferring' }).waitFor();
  await page.waitForFunction(
    () => Number(document.querySelector('.row [role=progressbar]')?.ariaValueNow) >= 10,
  );
  const ends = performance.now();
  await daemon.stop('SIGKILL');
  await page.locator('.banner', { hasText: 'does not answer' }).waitFor();
  const noticed = performance.now() - ends;
  const loads = await page.evaluate(() => performance.getEntriesByType('navigation').length);
  const starts = performance.now();
  await daemon.start();
  await page.locator('header .badge', { hasText: 'Live' }).waitFor();
  const back = performance.now() - starts;
  await page.locator('.banner').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => performance.getEntriesByType('navigation').length), loads);

  await make('second.bin', origin.serve('second.bin', MiB).url);
  await page.locator('.row', { hasText: 'second.bin' }).waitFor();
  origin.pace(Infinity);
  await row.locator('.badge', { hasText: 'Ready' }).waitFor();
  await row.getByRole('button', { name: 'Complete long.bin' }).click();
  await row.waitFor({ state: 'detached' });
  assert.ok(readFileSync(`${folder}/out/long.bin`).equals(file.bytes));
  console.error(
    `noticed after ${Math.round(noticed)} ms, live again ${Math.round(back)} ms after the start`,
  );
  // While nobody listens the browser notes refused connections itself.
  quiet(troubles.filter((trouble) => !trouble.includes('ERR_CONNECTION')));
});
