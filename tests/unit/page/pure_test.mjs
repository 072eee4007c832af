import assert from 'node:assert/strict';
import { test } from 'node:test';

import { filesOf } from '../../../api/page/new_job.js';
import { decodeBits, inCells } from '../../../api/page/pieces.js';
import { flatOptions } from '../../../api/page/policy_view.js';
import { addressOf, routeOf } from '../../../api/page/router.js';
import { savings } from '../../../api/page/savings.js';
import { siteFacts } from '../../../api/page/site_view.js';
import { Series, roundUp, stacked } from '../../../api/page/series.js';
import { partsOf, sharesOf } from '../../../api/page/senders.js';
import { Session, takeCode } from '../../../api/page/session.js';
import { boundOf, pointsOf, summaryOf } from '../../../api/page/why_words.js';
import { scrollTo, windowOf } from '../../../api/page/window_of.js';

test('the rows of a window cover the viewport and stay within the list', () => {
  assert.deepEqual(windowOf({ top: 0, viewport: 600, row: 60, count: 10_000, overscan: 2 }), {
    first: 0,
    last: 12,
  });
  assert.deepEqual(windowOf({ top: 6030, viewport: 600, row: 60, count: 10_000, overscan: 2 }), {
    first: 98,
    last: 113,
  });
  assert.deepEqual(windowOf({ top: 1e9, viewport: 600, row: 60, count: 5, overscan: 2 }), {
    first: 5,
    last: 5,
  });
  assert.deepEqual(windowOf({ top: -500, viewport: 600, row: 60, count: 0 }), {
    first: 0,
    last: 0,
  });
  assert.equal(scrollTo({ index: 5, top: 0, viewport: 600, row: 60 }), null);
  assert.equal(scrollTo({ index: 20, top: 0, viewport: 600, row: 60 }), 660);
  assert.equal(scrollTo({ index: 1, top: 600, viewport: 600, row: 60, margin: 50 }), 10);
});

test('counts become rates and a count that shrinks began anew', () => {
  const series = new Series(['lan', 'origin'], { step: 1000, pointsMax: 3 });
  assert.equal(series.put(0, { lan: 0, origin: 100 }), false);
  assert.equal(series.put(500, { lan: 50, origin: 100 }), false);
  assert.equal(series.put(2000, { lan: 100, origin: 100 }), true);
  series.put(3000, { lan: 0, origin: 300 });
  assert.deepEqual(
    series.points.map((point) => point.rates),
    [
      { lan: 50, origin: 0 },
      { lan: 0, origin: 200 },
    ],
  );
  for (let time = 4000; time < 9000; time += 1000) series.put(time, {});
  assert.equal(series.points.length, 3);
  assert.deepEqual(stacked([{ time: 1, rates: { lan: 2, origin: 3 } }], ['lan', 'origin']), [
    { time: 1, bounds: [0, 2, 5], sum: 5 },
  ]);
  assert.deepEqual([0, 1, 3, 900, 1025, 3 * 2 ** 20].map(roundUp), [
    1,
    1,
    5,
    1024,
    2048,
    5 * 2 ** 20,
  ]);
});

test('bits are read from the lowest on and drawn together without loss', () => {
  const present = decodeBits(Buffer.from([0b00000101, 0b1]).toString('base64'), 9);
  assert.deepEqual([...present], [1, 0, 1, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual([...inCells(present, 100)], [...present]);
  assert.deepEqual([...inCells(new Uint8Array([1, 1, 0, 1]), 2)], [1, 0.5]);
  assert.equal(inCells(new Uint8Array(0), 5).length, 0);
});

test('savings are what did not come from an origin', () => {
  const moved = {
    peers: { lan: { received: 3e9, sent: 1e9 }, group: { received: 1e9, sent: 0 } },
    from_origin: 4e9,
    from_cache_hosts: 2e9,
  };
  assert.deepEqual(savings(moved, 0.1), {
    all: 10e9,
    saved: 6e9,
    sent: 1e9,
    share: 0.6,
    money: 0.6000000000000001,
  });
  assert.equal(savings({}).money, null);
});

test('addresses lead to views and back', () => {
  const views = ['overview', 'jobs'];
  assert.deepEqual(routeOf('#/jobs/a%20b', views, 'overview'), { view: 'jobs', part: 'a b' });
  assert.deepEqual(routeOf('#/nowhere', views, 'overview'), { view: 'overview', part: null });
  assert.deepEqual(routeOf('', views, 'overview'), { view: 'overview', part: null });
  assert.equal(addressOf('jobs', 'a b'), '#/jobs/a%20b');
});

test('a new job names each file once and says what cannot be', () => {
  const folder = '/srv/';
  assert.deepEqual(
    filesOf({ urls: 'http://a/x.iso http://b/x.iso\n\n https://a/y%20z ', folder }),
    [
      { urls: ['http://a/x.iso', 'http://b/x.iso'], path: '/srv/x.iso' },
      { urls: ['https://a/y%20z'], path: '/srv/y z' },
    ],
  );
  const wrong = (values) => assert.throws(() => filesOf({ folder, ...values }));
  wrong({ urls: '' });
  wrong({ urls: 'ftp://a/b' });
  wrong({ urls: 'http://a/' });
  wrong({ urls: 'http://a/%2e%2e' });
  wrong({ urls: 'http://a/x%2fy' });
  wrong({ urls: 'http://a/b', folder: 'srv' });
  wrong({ urls: 'http://a/b\nhttp://c/b' });
  wrong({ urls: 'http://a/b', sha256: 'abc' });
});

test('a code is taken out of the address and a token stays in its tab', () => {
  const replaced = [];
  const past = { replaceState: (...all) => replaced.push(all[2]) };
  assert.equal(takeCode({ hash: '#code=0af', pathname: '/' }, past), '0af');
  assert.deepEqual(replaced, ['/']);
  assert.equal(takeCode({ hash: '#/jobs', pathname: '/' }, past), null);
  const stored = new Map();
  const session = new Session({
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
  });
  session.keep('t');
  assert.equal(session.token, 't');
  session.forget();
  assert.equal(session.token, null);
});

test('a record is summed up in a sentence and its series becomes points', () => {
  const transfer = { sources: [{ useful: 300 }], from_peers: 100, wasted: 0, elapsed_ms: 2000 };
  assert.equal(
    summaryOf(transfer),
    '100 B came from peers and 300 B from origins; 2 s since it was asked for.',
  );
  const series = {
    step_ms: 500,
    columns: [
      { source: 1, bytes: [10, 20] },
      { peers: 'link-local', bytes: [0, 5] },
      { others: true, bytes: [1] },
    ],
  };
  assert.deepEqual(pointsOf(series, 1000), [
    { time: 500, rates: { origin: 20, link_local: 0, others: 2 } },
    { time: 1000, rates: { origin: 40, link_local: 10, others: 0 } },
  ]);
  assert.deepEqual(pointsOf(undefined, 0), []);
});

test('a site tells what it served and what that saved', () => {
  const node = {
    sent_bytes: 4096,
    hit_bytes: 3072,
    upstream_bytes: 1024,
    requests: 4,
    bytes_max: 0,
  };
  const facts = Object.fromEntries(siteFacts(node).map(({ label, value }) => [label, value]));
  assert.equal(facts.Served, '4.0 KiB');
  assert.equal(facts['From the cache'], '75%');
  assert.equal(facts['Saved at origins'], '3.0 KiB');
  assert.equal(facts.Now, '0 clients');
});

test('options are told one a line', () => {
  assert.deepEqual(flatOptions({ a: 1, b: { c: ['x', 'y'], d: '' } }), [
    { key: 'a', value: '1' },
    { key: 'b.c', value: 'x, y' },
    { key: 'b.d', value: '' },
  ]);
});

test('a record tells who sent which part of a file', () => {
  const transfer = {
    sources: [
      { source: 1, name: 'http://a/x' },
      { source: 2, name: 'http://c/x', cache_host: true },
    ],
    peers: [{ source: 4294967296, address: '192.0.2.1:7680', class: 'link-local' }],
    pieces: { parts: 6, senders: [1, 2, 4294967296, 1, 0, 1, 2, 1, 9, 1] },
  };
  const parts = partsOf(transfer);
  assert.deepEqual(
    parts.map((who) => who?.kind ?? null),
    ['origin', 'origin', 'link_local', null, 'cache', 'others'],
  );
  assert.deepEqual(
    sharesOf(parts).map(({ name, share }) => [name, share]),
    [
      ['http://a/x', 0.4],
      ['192.0.2.1:7680', 0.2],
      ['http://c/x', 0.2],
      ['source 9', 0.2],
    ],
  );
  assert.deepEqual(partsOf(undefined), []);
  assert.deepEqual(sharesOf([null]), []);
});

test('the bound is told in facts as far as it is known', () => {
  assert.deepEqual(boundOf(undefined), []);
  const bound = { took_ms: 3000, ms: 2000, percent: 150, rate: 1048576, bytes: 1, members: 3 };
  assert.deepEqual(boundOf(bound), [
    ['Took', '3 s'],
    ['Possible at the best rate', '2 s'],
    ['That is', '150% of it'],
    ['Best rate', '1.0 MiB/s'],
    ['Shared the origin', '3 machines'],
  ]);
  const of = { ...bound, origin_rate: 1024, origin_alone_ms: 61000, peer_rate: 2048 };
  assert.equal(Object.fromEntries(boundOf(of))['From origins alone'], '1 min 1 s');
});
