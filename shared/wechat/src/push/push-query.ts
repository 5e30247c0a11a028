/** What WeChat wrote behind the address, each name once. */
export type PushQuery = ReadonlyMap<string, string>;

/** WeChat's own queries have about 250 characters. */
const longestQuery = 2_048;

/**
 * Reads a raw query, with or without its `?`. Frameworks make lists and objects of `nonce[]=x`, `nonce[a]=x` and
 * repeated names, and what then reaches the hash is no longer what was sent: undefined for those, for a query that
 * is no percent-encoded UTF-8, and for one too long. https://github.com/w7corp/easywechat/pull/2990
 */
export function parsePushQuery(rawQuery: string): PushQuery | undefined {
  if (rawQuery.length > longestQuery) return undefined;
  const query = new Map<string, string>();
  for (const pair of rawQuery.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? '' : pair.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    if (/[[\]]/.test(name) || query.has(name)) return undefined;
    query.set(name, value);
  }
  return query;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
