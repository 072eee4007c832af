// Server-sent events out of text that comes in parts (the EventSource format of HTML). Pure.

export class EventReader {
  #line = '';
  #event = { id: null, name: '', data: [] };
  #endedWithReturn = false;
  lastId = null;

  // The events that are whole now.
  feed(text) {
    const events = [];
    for (const line of this.#lines(text)) {
      const event = this.#take(line);
      if (event) events.push(event);
    }
    return events;
  }

  *#lines(text) {
    // A return at the end of one part and a line feed at the beginning of the next are one end.
    let rest = this.#endedWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text) this.#endedWithReturn = text.endsWith('\r');
    for (;;) {
      const end = rest.search(/[\r\n]/);
      if (end < 0) break;
      yield this.#line + rest.slice(0, end);
      this.#line = '';
      rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1));
    }
    this.#line += rest;
  }

  #take(line) {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'event') this.#event.name = value;
    if (field === 'data') this.#event.data.push(value);
    if (field === 'id' && !value.includes('\0')) this.#event.id = value;
    return null;
  }

  #dispatch() {
    const { id, name, data } = this.#event;
    this.#event = { id: null, name: '', data: [] };
    if (id !== null) this.lastId = id;
    if (data.length === 0) return null;
    return { id: this.lastId, name: name || 'message', data: data.join('\n') };
  }
}
