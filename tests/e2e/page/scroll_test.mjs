// Ten thousand jobs: all are found, few rows exist, and none is blank while one scrolls.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { makeFolder, openBrowser, quiet, signedIn, Suite } from './browser.mjs';
import { Daemon } from './daemon.mjs';

const jobs = 10_000;
const callers = 20;
const steps = 400;
const suite = new Suite(after);

async function makeJobs(daemon) {
  let next = 0;
  const maker = async () => {
    while (next < jobs) {
      const number = next++;
      await daemon.call('POST', '/v1/jobs', {
        spec: { name: `job ${String(number).padStart(5, '0')}` },
      });
    }
  };
  await Promise.all(Array.from({ length: callers }, maker));
}

// Scrolls the whole list and back, one step a frame; looks at what is there in each.
function scrollAll(steps) {
  const frames = [];
  let blanks = 0;
  let rowsMost = 0;
  const bottom = document.documentElement.scrollHeight - innerHeight;
  return new Promise((done) => {
    let step = 0;
    let last = performance.now();
    const frame = (now) => {
      frames.push(now - last);
      last = now;
      // Where rows are: below the list's head, above the end of the window.
      const list = document.querySelector('.virtual').getBoundingClientRect();
      for (const y of [
        Math.max(list.top, 80) + 20,
        innerHeight / 2,
        Math.min(list.bottom, innerHeight) - 20,
      ]) {
        const row = document.elementFromPoint(innerWidth / 2, y)?.closest('.row');
        if (!row || !row.querySelector('.row-name').textContent) ++blanks;
      }
      rowsMost = Math.max(rowsMost, document.querySelectorAll('.virtual .row').length);
      if (step > steps) return done({ frames: frames.slice(2), blanks, rowsMost });
      const way = 1 - Math.abs((2 * step++) / steps - 1);
      scrollTo(0, bottom * way);
      requestAnimationFrame(() => requestAnimationFrame(frame));
    };
    requestAnimationFrame(frame);
  });
}

// What the page's main thread has worked so far, in milliseconds of the processor.
async function work(cdp) {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find((metric) => metric.name === 'TaskDuration').value * 1000;
}

test('ten thousand jobs scroll without a blank row', async () => {
  const folder = makeFolder(suite, { fast: true });
  const daemon = await new Daemon(folder).start();
  suite.after(() => daemon.stop());
  const begin = performance.now();
  await makeJobs(daemon);
  const made = performance.now() - begin;
  const browser = await openBrowser(suite);
  const { page, troubles } = await signedIn(browser, daemon, 'jobs');
  await page.getByRole('button', { name: 'All 10,000' }).waitFor();
  await page.locator('.row').first().waitFor();

  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await work(cdp);
  const { frames, blanks, rowsMost } = await page.evaluate(scrollAll, steps);
  const perStep = ((await work(cdp)) - before) / steps;
  frames.sort((a, b) => a - b);
  const at = (part) => frames[Math.floor(frames.length * part)];
  console.error(
    `made in ${Math.round(made)} ms; each step ${perStep.toFixed(1)} ms of work, ` +
      `frames ${(at(0.5) / 2).toFixed(1)} ms, 95 of 100 below ${(at(0.95) / 2).toFixed(1)} ms; ` +
      `${rowsMost} rows at most`,
  );
  assert.equal(blanks, 0);
  assert.ok(rowsMost < 60, `${rowsMost} rows exist`);
  // Of the processor; each step fills every row anew, more than a hand can scroll in a frame.
  assert.ok(perStep < 33, `each step takes ${perStep} ms of work`);

  // By keyboard to the end, and found by words.
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('.row-name').first().focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement.textContent.startsWith('job 0'));
  await page.keyboard.press('ArrowUp');
  const place = await page.evaluate(() => document.activeElement.closest('.row').ariaPosInSet);
  assert.equal(place, String(jobs - 1));
  await page.getByLabel('Search jobs').fill('07777');
  await page.getByText('1 job found').waitFor();
  assert.equal(await page.locator('.row').count(), 1);
  quiet(troubles);
});
