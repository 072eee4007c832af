// What is read out to who does not look: few sentences, never the same twice in a row, and none
// more often than every two seconds.

const pauseMs = 2000;
let region = null;
let waiting = [];
let timer = null;
let last = '';

export function announceIn(element) {
  region = element;
}

export function announce(text) {
  if (text === last && timer !== null) return;
  last = text;
  waiting.push(text);
  // Of many that came meanwhile the first and how many more is enough.
  if (timer === null) say();
}

function say() {
  timer = null;
  if (waiting.length === 0 || !region) return;
  const more = waiting.length - 1;
  region.textContent = more > 0 ? `${waiting[0]} And ${more} more.` : waiting[0];
  waiting = [];
  timer = setTimeout(say, pauseMs);
}
