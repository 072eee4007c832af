import assert from 'node:assert/strict';
import { test } from 'node:test';

import { JobBook } from '../../../api/page/job_book.js';
import { actionsOf, paceText, partsOf, sizeText } from '../../../api/page/job_words.js';

function job(number, state = 'queued', name = `job ${number}`) {
  const created = new Date(1e12 + number * 1000).toISOString();
  return { id: `id-${number}`, spec: { name }, state, progress: {}, created };
}

test('jobs are found newest first however they arrive', () => {
  const book = new JobBook();
  for (const number of [2, 1, 4, 3]) book.put(job(number));
  assert.deepEqual(book.find(), ['id-4', 'id-3', 'id-2', 'id-1']);
});

test('counts follow every change and end with the job', () => {
  const book = new JobBook();
  book.put(job(1));
  book.put(job(2, 'transferring'));
  assert.deepEqual(book.counts(), {
    all: 2,
    active: 1,
    waiting: 1,
    stopped: 0,
    failed: 0,
    done: 0,
  });
  book.put(job(1, 'error'));
  book.put(job(2, 'acknowledged'));
  assert.deepEqual(book.counts(), {
    all: 1,
    active: 0,
    waiting: 0,
    stopped: 0,
    failed: 1,
    done: 0,
  });
  book.remove('id-1');
  assert.equal(book.size, 0);
  assert.deepEqual(book.find(), []);
});

test('progress alone does not change the order so lists need not be made anew', () => {
  const book = new JobBook();
  book.put(job(1, 'transferring'));
  const version = book.version;
  book.put({ ...job(1, 'transferring'), progress: { bytes_done: 5 } });
  assert.equal(book.version, version);
  book.put(job(1, 'transferred'));
  assert.notEqual(book.version, version);
});

test('words and states narrow the list', () => {
  const book = new JobBook();
  book.put(job(1, 'error', 'Debian image'));
  book.put(job(2, 'queued', 'Debian source'));
  assert.deepEqual(book.find({ words: 'debian IMAGE' }), ['id-1']);
  assert.deepEqual(book.find({ words: 'debian', group: 'waiting' }), ['id-2']);
  assert.deepEqual(book.find({ words: 'id-2' }), ['id-2']);
});

test('what was not listed anew is gone and a job that comes back is there once', () => {
  const book = new JobBook();
  for (const number of [1, 2, 3]) book.put(job(number));
  book.keepOnly(new Set(['id-2']));
  assert.deepEqual(book.find(), ['id-2']);
  book.put(job(3));
  assert.deepEqual(book.find(), ['id-3', 'id-2']);
});

test('ten thousand jobs are put and found at once', () => {
  const book = new JobBook();
  for (let number = 0; number < 10_000; ++number) book.put(job(number));
  assert.equal(book.find().length, 10_000);
  assert.equal(book.find({ words: '9999' }).length, 1);
});

test('each state offers what is allowed in it', () => {
  assert.deepEqual(actionsOf(job(1, 'transferring')), ['suspend', 'cancel']);
  assert.deepEqual(actionsOf(job(1, 'suspended')), ['resume', 'cancel']);
  assert.deepEqual(actionsOf(job(1, 'transferred')), ['complete', 'cancel']);
  assert.deepEqual(actionsOf(job(1, 'acknowledged')), []);
});

test('progress is told in parts and words', () => {
  const progress = {
    bytes_done: 50,
    bytes_total: 100,
    from_origin: 20,
    from_peers: 60,
    bytes_per_second: 10,
  };
  assert.deepEqual(partsOf(progress), { peers: 0.375, origin: 0.125 });
  assert.equal(sizeText(progress), '50 B of 100 B');
  assert.equal(sizeText({ bytes_done: 0 }), 'size unknown');
  assert.equal(paceText({ state: 'transferring', progress }), '10 B/s · 5 s left');
  assert.equal(paceText({ state: 'suspended', progress }), '');
});
