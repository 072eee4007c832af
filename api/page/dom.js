// Makes elements, and keeps lists of them in step with lists of values. Text is never read as HTML.

const svgTags = new Set(['svg', 'path', 'g', 'line', 'text', 'rect', 'defs', 'pattern', 'title']);

// h('p', {class: 'a', on: {click}, css: {'--x': '1'}}, 'text', element, [more], null)
export function h(tag, properties = {}, ...children) {
  const element = svgTags.has(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
  element.append(
    ...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function set(element, name, value) {
  if (name === 'on') {
    for (const [event, listener] of Object.entries(value))
      element.addEventListener(event, listener);
  } else if (name === 'css') {
    for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
  } else if (value === true) {
    element.setAttribute(name, '');
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, String(value));
  }
}

// Only what differs is written, so that nothing is drawn or read out again for nothing.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  const text = value === null || value === false ? null : String(value);
  if (text === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(3).filter(Boolean));
}

// Makes these the parent's children, in this order. One with the focus would lose it by being
// moved: the others go around it.
export function inOrder(parent, elements) {
  let at = parent.firstChild;
  for (const element of elements) {
    if (element !== at && !element.contains(document.activeElement)) {
      parent.insertBefore(element, at);
      continue;
    }
    while (at !== element) {
      const other = at;
      at = at.nextSibling;
      parent.append(other);
    }
    at = element.nextSibling;
  }
}

// One child for each item, found again by its key; who has the focus keeps it.
export class KeyedList {
  #rows = new Map();

  constructor(parent, { key, make, update }) {
    Object.assign(this, { parent, key, make, update });
  }

  show(items) {
    const keys = items.map(this.key);
    const wanted = new Set(keys);
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    items.forEach((item, at) => {
      if (!this.#rows.has(keys[at])) this.#rows.set(keys[at], this.make(item));
      this.update(this.#rows.get(keys[at]), item);
    });
    inOrder(
      this.parent,
      [...wanted].map((key) => this.#rows.get(key).element),
    );
  }
}
