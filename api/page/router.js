// Which view an address asks for: "#/jobs/ID" is the view `jobs` with a part. Pure.

export function routeOf(hash, views, first) {
  const parts = String(hash ?? '')
    .replace(/^#\/?/, '')
    .split('/')
    .filter(Boolean)
    .map(decoded);
  if (parts.length === 0 || !views.includes(parts[0])) return { view: first, part: null };
  return { view: parts[0], part: parts[1] ?? null };
}

export function addressOf(view, part) {
  return part ? `#/${view}/${encodeURIComponent(part)}` : `#/${view}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
