import { createHash } from 'node:crypto';

/** With the longest appid (32) and Event (44) before them, keys stay below 200 characters. */
const longestParts = 115;

/**
 * A key over all apps: the app, the event, and what tells one fact from others. Parts that are long, or that hold
 * characters which ids of jobs may not have, are replaced by their hash: two facts never get one key.
 */
export function toPushKey(appId: string, event: string, parts: readonly string[]): string {
  const joined = parts.join('|');
  const isLegal = parts.every((part) => /^[0-9A-Za-z_.-]+$/.test(part));
  const told = isLegal && joined.length <= longestParts ? joined : `h.${toHash(parts)}`;
  return `push_${appId}_${event}_${told}`;
}

/** SHA-256 of a list of texts, in hexadecimal. */
export function toHash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts), 'utf8').digest('hex');
}
