import { createHash } from 'node:crypto';

/** What keys and job ids may consist of; BullMQ refuses a colon. */
const legal = /^[0-9A-Za-z_.|*-]{1,80}$/;
const longest = 200;

/**
 * A key of the ledger: what happened, to whom, and what tells it from others of its kind. At most 200 legal
 * characters; equal for equal parts, and different otherwise: a part with other characters, or a key that would be
 * too long, goes by its hash instead of being cut or cleaned.
 */
export function toCallbackKey(what: string, owner: string, parts: readonly string[]): string {
  const told = parts.map((part) => (legal.test(part) ? part : toDigest(part))).join('_');
  const key = `${what}_${owner}_${told}`;
  return key.length <= longest ? key : `${what}_${owner}_${toDigest(told)}`;
}

function toDigest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
