import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * SHA-1, in small hexadecimal, over all parts sorted and joined: Token, timestamp, nonce, and Encrypt where there is
 * one. Sorted by code units, as `sort` does by itself; by any language's order it would differ.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function signPush(...parts: readonly string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''), 'utf8')
    .digest('hex');
}

/**
 * Which of the tokens signed `signed`, as its place in the list; undefined for none.
 * Takes the same time wherever the signatures begin to differ.
 */
export function findSigningToken(
  tokens: readonly string[],
  signed: readonly string[],
  signature: string,
): number | undefined {
  const given = Buffer.from(signature, 'utf8');
  const place = tokens.findIndex((token) => {
    const expected = Buffer.from(signPush(token, ...signed), 'utf8');
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  return place === -1 ? undefined : place;
}
