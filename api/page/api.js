// Calls of the local API.

export class ApiError extends Error {
  constructor({
    status = 0,
    code = 'daemon_unavailable',
    where = '',
    why = '',
    advice = '',
    transient = false,
  }) {
    super([where, why].filter(Boolean).join(' ') || code);
    Object.assign(this, { status, code, where, why, advice, transient });
  }
}

const unreachable = {
  where: 'freshetd',
  why: 'does not answer',
  advice: 'The page goes on by itself when the daemon is there again.',
  transient: true,
};

export class Api {
  // `onRefused`: the token does not count any more.
  constructor(session, { onRefused = () => {}, fetch: fetchOf = (...all) => fetch(...all) } = {}) {
    this.session = session;
    this.onRefused = onRefused;
    this.fetch = fetchOf;
  }

  get(path, options) {
    return this.call('GET', path, undefined, options);
  }

  post(path, body, options) {
    return this.call('POST', path, body, options);
  }

  put(path, body, options) {
    return this.call('PUT', path, body, options);
  }

  // The answer's JSON, or null; throws ApiError.
  async call(method, path, body, options = {}) {
    const answer = await this.open(method, path, { body, ...options });
    if (answer.status === 204) return null;
    return answer.json();
  }

  // The answer itself, for streams.
  async open(method, path, { body, headers = {}, signal } = {}) {
    const fields = { ...headers };
    const token = this.session.token;
    if (token) fields.Authorization = `Bearer ${token}`;
    if (body !== undefined) fields['Content-Type'] = 'application/json';
    const text = body === undefined ? undefined : JSON.stringify(body);
    let answer;
    try {
      answer = await this.fetch(path, {
        method,
        headers: fields,
        body: text,
        signal,
        cache: 'no-store',
      });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ApiError(unreachable);
    }
    if (answer.ok) return answer;
    const error = new ApiError({ status: answer.status, ...(await problemOf(answer)) });
    if (answer.status === 401) this.onRefused(error);
    throw error;
  }
}

async function problemOf(answer) {
  try {
    const { code, where, why, advice, transient } = await answer.json();
    return { code, where, why, advice, transient };
  } catch {
    return { code: 'protocol_error', where: 'freshetd', why: `answered ${answer.status}` };
  }
}
