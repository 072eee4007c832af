// A few numbers, each with its name above and what it means below.
import { h, setText } from './dom.js';

// Facts: {label, value, hint}, always as many.
export function showTiles(place, facts) {
  if (place.children.length !== facts.length) {
    const parts = ['tile-label', 'tile-value number', 'tile-hint number'];
    place.replaceChildren(
      ...facts.map(() =>
        h(
          'div',
          { class: 'tile' },
          parts.map((name) => h('span', { class: name })),
        ),
      ),
    );
  }
  facts.forEach(({ label, value, hint }, at) => {
    [label, value, hint].forEach((text, part) => setText(place.children[at].children[part], text));
  });
}
