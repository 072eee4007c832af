// The token of this tab. It stays in the tab's session storage, which pages of other ports of this
// machine cannot read; a cookie would be sent to them.

const key = 'freshet-token';

export class Session {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  get token() {
    return this.#storage.getItem(key);
  }

  keep(token) {
    this.#storage.setItem(key, token);
  }

  forget() {
    this.#storage.removeItem(key);
  }
}

// The code of an address like "/#code=…"; it is taken out of the address, and of the history.
export function takeCode(place, past) {
  const match = /^#code=([0-9a-f]+)$/.exec(place.hash);
  if (match) past.replaceState(null, '', place.pathname);
  return match ? match[1] : null;
}
