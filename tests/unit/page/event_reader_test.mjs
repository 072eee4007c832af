import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventReader } from '../../../api/page/event_reader.js';

const stream =
  ': hello\n\nid: 1\nevent: state\ndata: {"a":1}\n\nid: 2\r\ndata: x\r\n' +
  'data:y\r\n\r\nretry: 5\n\ndata: z\n\n';

test('events come whole with their names, ids and all lines of their data', () => {
  assert.deepEqual(new EventReader().feed(stream), [
    { id: '1', name: 'state', data: '{"a":1}' },
    { id: '2', name: 'message', data: 'x\ny' },
    { id: '2', name: 'message', data: 'z' },
  ]);
});

test('wherever the text is cut the events are the same', () => {
  const whole = new EventReader().feed(stream);
  for (let cut = 0; cut <= stream.length; ++cut) {
    const reader = new EventReader();
    assert.deepEqual(
      [...reader.feed(stream.slice(0, cut)), ...reader.feed(stream.slice(cut))],
      whole,
      `cut at ${cut}`,
    );
  }
  const letters = new EventReader();
  assert.deepEqual(
    [...stream].flatMap((letter) => letters.feed(letter)),
    whole,
  );
});

test('an event without data is none but its id counts', () => {
  const reader = new EventReader();
  assert.deepEqual(reader.feed('id: 7\n\n'), []);
  assert.equal(reader.lastId, '7');
});
