import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  bytesText,
  durationText,
  moneyText,
  nameOf,
  percentText,
  rateText,
  share,
} from '../../../api/page/format.js';

test('sizes have one digit behind the point and never show 1024 of a unit', () => {
  assert.equal(bytesText(0), '0 B');
  assert.equal(bytesText(1023), '1023 B');
  assert.equal(bytesText(1024), '1.0 KiB');
  assert.equal(bytesText(1024 * 1024 - 1), '1.0 MiB');
  assert.equal(bytesText(3.5 * 2 ** 40), '3.5 TiB');
  assert.equal(bytesText(null), '–');
  assert.equal(rateText(2048), '2.0 KiB/s');
});

test('a percentage is whole only at the end and nothing only at the beginning', () => {
  assert.equal(percentText(0, 100), '0%');
  assert.equal(percentText(1, 1_000_000), '<1%');
  assert.equal(percentText(999_999, 1_000_000), '99%');
  assert.equal(percentText(5, 5), '100%');
  assert.equal(percentText(0, 0), '0%');
  assert.equal(share(5, 0), 0);
  assert.equal(share(9, 3), 1);
});

test('times use the two largest units', () => {
  assert.equal(durationText(0), '0 s');
  assert.equal(durationText(250), '250 ms');
  assert.equal(durationText(61_000), '1 min 1 s');
  assert.equal(durationText(3_720_000), '1 h 2 min');
  assert.equal(durationText(90_000_000), '1 d 1 h');
  assert.equal(durationText(Infinity), '–');
});

test('money keeps the digits that say something', () => {
  assert.equal(moneyText(12.345, 'EUR'), '12.35 EUR');
  assert.equal(moneyText(0.0123, 'EUR'), '0.012 EUR');
  assert.equal(moneyText(0, 'EUR'), '0.00 EUR');
  assert.equal(moneyText(3, ''), '3.00');
});

test('a name is the last part of a path or address, decoded where that is possible', () => {
  assert.equal(nameOf('/a/b%20c?x=1#y'), 'b c');
  assert.equal(nameOf('/a/b/'), 'b');
  assert.equal(nameOf('/a/%zz'), '%zz');
  assert.equal(nameOf(undefined), '');
});
