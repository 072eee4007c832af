// Chromium, and a page of the daemon in it that keeps what went wrong.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

// Libraries of npm lie in the build's folder.
const library = createRequire(`${process.env.FRESHET_PAGE_MODULES}/`);
const { chromium } = library('playwright-core');

export const axe = library('axe-core').source;
export const wide = { width: 1280, height: 860 };
export const phone = { width: 390, height: 844 };

// What has to be undone when all tests of a file have run, last first.
export class Suite {
  #undo = [];

  constructor(after) {
    after(async () => {
      for (const undo of this.#undo.reverse()) await undo();
    });
  }

  after(undo) {
    this.#undo.push(undo);
  }
}

// With `fast` where nothing has to reach a disk, if there is such a place.
export function makeFolder(test, { fast = false } = {}) {
  const place = fast && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(path.join(place, 'freshet-page-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openBrowser(test) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  test.after(() => browser.close());
  return browser;
}

// A new tab; `troubles` has every complaint of the browser, and every request to elsewhere.
export async function openTab(browser, daemon, { viewport = wide, scheme = 'light' } = {}) {
  const context = await browser.newContext({
    viewport,
    colorScheme: scheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  if (process.env.FRESHET_PAGE_FILES) await serveFiles(page, process.env.FRESHET_PAGE_FILES);
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // Failed requests are told in the page; the browser notes them too.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource'))
      troubles.push(`console: ${text}`);
  });
  page.on('request', (request) => {
    const from = new URL(request.url());
    if (from.origin !== daemon.origin && from.protocol !== 'data:')
      troubles.push(`request: ${request.url()}`);
  });
  return { page, troubles };
}

// The page's files from a folder instead of the program: to work on them without building.
async function serveFiles(page, folder) {
  await page.route(/^http:..[^/]+\/(page\/[\w.]+)?$/, async (route) => {
    const name =
      new URL(route.request().url()).pathname.replace(/^\/(page\/)?/, '') || 'index.html';
    const headers = (await route.fetch()).headers();
    await route.fulfill({ path: path.join(folder, name), headers });
  });
}

// Signed in with the token, at a view.
export async function signedIn(browser, daemon, view, options) {
  const tab = await openTab(browser, daemon, options);
  await tab.page.addInitScript(
    (token) => sessionStorage.setItem('freshet-token', token),
    daemon.token,
  );
  await tab.page.goto(`${daemon.origin}/#/${view}`);
  await tab.page.locator('header .badge', { hasText: 'Live' }).waitFor();
  return tab;
}

export function quiet(troubles) {
  assert.deepEqual(troubles, []);
}

// Findings of axe that are serious or worse, as lines.
export async function seriousFindings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map(
      (one) =>
        `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`,
    );
}
